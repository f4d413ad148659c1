import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { readGolden } from '../../../src/inference/golden.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { tensorTask } from '../../../src/tasks/tensor.ts';
import { taskContext } from '../../helpers/shared-types.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('golden examples that may still be copied are told from those that are wrong', () => {
  /** Whether the file is refused as incomplete; null when it is not refused. */
  async function isIncomplete(context: TestContext, text: string): Promise<boolean | null> {
    const port = (name: string): RowPort => ({ name, datatype: 'BYTES', shape: [] });
    const bound = taskContext([port('x')], [port('y')]);
    const folder = await temporaryFolder(context, { 'golden.json': text });
    return await readGolden(join(folder, 'golden.json'), {
      rowSignature: bound.signature,
      task: tensorTask.bind(bound),
    }).then(
      () => null,
      (error: unknown) => {
        assert.ok(error instanceof ModelLoadError, String(error));
        return error.incomplete;
      },
    );
  }

  const whole = JSON.stringify({ examples: [{ inputs: { x: 'a "\\ ]}' }, outputs: { y: 'é' } }] }, null, 1);

  test('wherever the file was cut, until it is whole', async (context) => {
    assert.equal(await isIncomplete(context, whole), null);
    for (let length = 0; length < whole.length; length += 1) {
      assert.equal(await isIncomplete(context, whole.slice(0, length)), true, whole.slice(0, length));
    }
  });

  test('zeros where nothing was written yet', async (context) => {
    assert.equal(await isIncomplete(context, '\0'.repeat(8)), true);
    assert.equal(await isIncomplete(context, whole.slice(0, 20).padEnd(whole.length, '\0')), true);
  });

  for (const text of ['{"examples": nope}', '{"examples": []}', '{"examples": [NaN]}', 'examples', '[]]']) {
    test(`a mistake of whoever wrote it: ${text}`, async (context) => {
      assert.equal(await isIncomplete(context, text), false);
    });
  }
});

describe('golden examples that give what a client sends', () => {
  const context = taskContext(
    [{ name: 'x', datatype: 'FP32', shape: [] }],
    [{ name: 'y', datatype: 'FP32', shape: [] }],
  );
  const model = { rowSignature: context.signature, task: tensorTask.bind(context) };

  async function read(test: TestContext, example: object) {
    const folder = await temporaryFolder(test, { 'golden.json': JSON.stringify({ examples: [example] }) });
    return await readGolden(join(folder, 'golden.json'), model);
  }

  test('have the row that the task makes of it', async (context) => {
    const golden = await read(context, { input: { x: 1.5 }, outputs: { y: 2 } });
    const [example] = golden?.examples ?? [];
    assert.deepEqual(example?.input, { x: 1.5 });
    assert.deepEqual(example?.row.get('x')?.data, Float32Array.of(1.5));
  });

  for (const [what, example, message] of [
    ['that the task refuses', { input: { x: 'many' }, outputs: { y: 2 } }, /^golden\.json: example 0: .*"many"/],
    ['beside a row', { input: { x: 1 }, inputs: { x: 1 }, outputs: { y: 2 } }, /give either inputs, .* or input/],
    ['nor a row', { outputs: { y: 2 } }, /give either inputs, .* or input/],
  ] as const) {
    test(`are refused with an input ${what}`, (context) =>
      assert.rejects(read(context, example), { name: 'ModelLoadError', message }));
  }
});
