import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { curlLine, curlOf, exampleBody, type ShellBody } from '../../../src/graphql/example-curl.ts';
import type { ExampleSource } from '../../../src/graphql/example-query.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { imageClassification } from '../../../src/tasks/image-classification.ts';
import { tensorTask } from '../../../src/tasks/tensor.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { taskContext } from '../../helpers/shared-types.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** What a shell hands on as the body, in the place of curl. */
async function sentBy(line: string, folder: string): Promise<unknown> {
  const curl = `curl() { for word; do :; done; if [ "$word" = @- ]; then cat; else printf %s "$word"; fi; }`;
  const { stdout } = await promisify(execFile)('sh', ['-c', `${curl}; ${line}`], { cwd: folder });
  return JSON.parse(stdout);
}

const url = 'http://127.0.0.1:4000/graphql';

suite('A line for curl', () => {
  test('is one line, and a shell hands it on as it is', async (context) => {
    const variables = { input: { text: 'it\'s $HOME `here` \\ "quoted"\n' } };
    const line = curlOf(url, { query: 'query Predict {\n  a\n}', variables });
    assert.ok(line !== null && !line.includes('\n'));
    assert.deepEqual(await sentBy(line, await temporaryFolder(context)), { query: 'query Predict { a }', variables });
  });

  test('is none where nobody can make an input up', () => {
    assert.equal(curlOf('', { query: '{ a }', variables: null }), null);
  });
});

/** The body of an example of a model with these inputs. */
function bodyFor(
  inputs: readonly RowPort[],
  golden: readonly ExampleSource[],
  folder: string,
  task: Task = tensorTask,
) {
  const context = taskContext(inputs, [{ name: 'y', datatype: 'FP32', shape: [2] }], {});
  const bound = task.bind({ ...context, model: 'm', typePrefix: 'M' });
  return exampleBody({ name: 'm', rowSignature: context.signature, task: bound }, golden, folder);
}

const noRow: ExampleSource['row'] = new Map();

/** The input that a line sends, which has one line and no long value in it. */
async function inputOf(body: ShellBody | null, folder: string): Promise<unknown> {
  assert.ok(body !== null);
  const line = curlLine(url, '', body);
  assert.doesNotMatch(line, /\n|[^ ]{400}/);
  return ((await sentBy(line, folder)) as { variables: { input: unknown } }).variables.input;
}

suite('The example of a line', () => {
  const scalar: RowPort = { name: 'x', datatype: 'FP32', shape: [] };
  const picture: RowPort = { name: 'pixels', datatype: 'FP32', shape: [3, 8, 8] };

  test('is the first golden example that fits', async (context) => {
    const folder = await temporaryFolder(context);
    const golden = [
      { row: noRow, input: { x: 'long'.repeat(100) } },
      { row: noRow, input: { x: 7 } },
    ];
    assert.deepEqual(await inputOf(bodyFor([scalar], golden, folder), folder), { x: 7 });
  });

  test('takes the element of a golden row, as short as it is told from its neighbours', async (context) => {
    const folder = await temporaryFolder(context);
    const row = new Map([['x', { datatype: 'FP32', shape: [], data: Float32Array.of(5.1) }]] as const);
    assert.deepEqual(await inputOf(bodyFor([scalar], [{ row, input: null }], folder), folder), { x: 5.1 });
  });

  for (const [layout, indent] of [
    ['one line', undefined],
    ['many lines', 2],
  ] as const) {
    test(`has its picture from golden examples on ${layout}, wherever they lie`, async (context) => {
      const folder = await temporaryFolder(context);
      const image = Buffer.alloc(3000, 'picture').toString('base64');
      const examples = [{ input: { image } }, { input: { image: `${image}${image}` } }];
      await writeFile(join(folder, 'golden.json'), JSON.stringify({ examples }, null, indent));
      const golden = examples.map(({ input }) => ({ row: noRow, input }));
      assert.deepEqual(await inputOf(bodyFor([picture], golden, folder, imageClassification), '/'), { image });
    });
  }

  test('has a picture of the reader where no golden example has one', async (context) => {
    const folder = await temporaryFolder(context, { 'picture.png': Buffer.alloc(500, 7) });
    const body = bodyFor([picture], [], folder, imageClassification);
    assert.deepEqual(await inputOf(body, folder), { image: Buffer.alloc(500, 7).toString('base64') });
  });

  test('has zeros in base64 where a tensor is large', async (context) => {
    const folder = await temporaryFolder(context);
    const body = bodyFor([picture, scalar], [], folder);
    assert.deepEqual(await inputOf(body, folder), { pixels: Buffer.alloc(3 * 8 * 8 * 4).toString('base64'), x: 0 });
  });

  test('is none where two values are large, or one is of no fixed size', () => {
    assert.equal(bodyFor([picture, { ...picture, name: 'other' }], [], ''), null);
    assert.equal(bodyFor([{ name: 'words', datatype: 'BYTES', shape: [2000] }], [], ''), null);
    assert.equal(bodyFor([{ name: 'open', datatype: 'FP32', shape: [2000, 'length'] }], [], ''), null);
  });
});
