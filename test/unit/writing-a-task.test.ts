import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { printType } from 'graphql';
import type { RowPort } from '../../src/tasks/row-signature.ts';
import type { BoundTask, Task } from '../../src/tasks/task.ts';
import type { Tensor } from '../../src/tensors/tensor.ts';
import { taskContext } from '../helpers/shared-types.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const page = new URL('../../docs/guides/writing-a-task.md', import.meta.url);
const tasks = new URL('../../src/tasks/', import.meta.url);

suite('The task of docs/guides/writing-a-task.md', async () => {
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(await readFile(page, 'utf8')) ?? [];
  const inputs: RowPort[] = [{ name: 'X', datatype: 'FP32', shape: [2] }];
  const outputs: RowPort[] = [
    { name: 'label', datatype: 'INT64', shape: [1] },
    { name: 'scores', datatype: 'FP32', shape: [1] },
  ];

  async function bind(context: Parameters<typeof temporaryFolder>[0], ports = outputs): Promise<BoundTask> {
    // The file as the page has it, with its imports found from another folder.
    const source = code
      .replaceAll(/from '(\.[^']+)'/g, (_all, path: string) => `from '${new URL(path, tasks).href}'`)
      .replaceAll(/from '(graphql|zod)'/g, (_all, name: string) => `from '${import.meta.resolve(name)}'`);
    const folder = await temporaryFolder(context, { 'outlier-detection.ts': source });
    const { outlierDetection } = (await import(pathToFileURL(join(folder, 'outlier-detection.ts')).href)) as {
      outlierDetection: Task;
    };
    const manifest = { features: [{ name: 'width' }, { name: 'height' }] };
    const bound = taskContext(inputs, ports, manifest);
    return outlierDetection.bind({ ...bound, manifest: Object.assign(bound.manifest, { outliers: { below: -0.1 } }) });
  }

  test('has the types that it says', async (context) => {
    const { inputType, outputType } = await bind(context);
    assert.match(printType(inputType), /width: Float!\n[^]*height: Float!/);
    assert.match(printType(outputType), /Whether the score is below -0\.1\."""\n {2}isOutlier: Boolean!/);
  });

  test('goes from an input to a result', async (context) => {
    const bound = await bind(context);
    const row = await bound.encode({ width: 1, height: 2 });
    assert.deepEqual(row.tensors.get('X')?.data, Float32Array.of(1, 2));
    assert.deepEqual(bound.outputsFor(new Set(['isOutlier', 'meta'])), ['scores']);
    const score: Tensor = { datatype: 'FP32', shape: [1], data: Float32Array.of(-0.25) };
    assert.deepEqual(bound.decode(new Map([['scores', score]]), row), { score: -0.25, isOutlier: true });
    const nothing: Tensor = { ...score, data: Float32Array.of(Number.NaN) };
    assert.throws(() => bound.decode(new Map([['scores', nothing]]), row), { code: 'INFERENCE_FAILED' });
  });

  test('refuses a model without a score', (context) =>
    assert.rejects(bind(context, outputs.slice(0, 1)), { name: 'ModelLoadError', message: /"label" INT64/ }));
});
