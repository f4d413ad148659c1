import assert from 'node:assert/strict';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { stateOf } from '../helpers/model-state.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

/** More than a page of memory, and more than the runtime keeps for itself. */
const width = 100_000;

function bytesOf(value: number): Uint8Array {
  return new Uint8Array(new Float32Array(width).fill(value).buffer);
}

/** Serves y = sum(x + w) with the weights w in a file of their own, where each is 3. */
async function serve(test: TestScope, location: string) {
  const weights = { name: 'w', datatype: 'FP32', shape: [width], external: { location, length: width * 4 } } as const;
  const root = await temporaryFolder(test, {
    'm/1/model.onnx': model({
      inputs: [tensorValue('x', 'FP32', ['N', 1])],
      outputs: [tensorValue('y', 'FP32', ['N', 1])],
      nodes: [
        { op: 'Add', inputs: ['x', 'w'], outputs: ['sums'] },
        { op: 'ReduceMax', inputs: ['sums'], outputs: ['y'], attributes: { axes: { ints: [1] } } },
      ],
      initializers: [weights],
    }),
    'm/1/weights.bin': bytesOf(3),
  });
  const gateway = await startTestGateway(test, root);
  const ask = async () => (await query(gateway, '{ predict { m(input: { x: 1 }) { y } } }')).data.predict.m.y;
  return { gateway, ask, file: join(root, 'm', '1', 'weights.bin') };
}

// The runtime mapped the file: overwritten, it changed the answers; cut, as every copy over it begins, it ended the process.
test('weights in a file of their own serve on as they were loaded, whatever is done to the file', async (context) => {
  const { gateway, ask, file } = await serve(context, 'weights.bin');
  assert.equal(await ask(), 4);
  await writeFile(file, bytesOf(5), { flag: 'r+' });
  assert.equal(await ask(), 4);
  await truncate(file, 0);
  assert.equal(await ask(), 4);
  await rm(file);
  assert.equal(await ask(), 4);
  assert.equal((await stateOf(gateway, 'm')).notes?.length, 0);
});

test('weights that the runtime has to map are served with a note that says what not to do', async (context) => {
  const { gateway, ask } = await serve(context, './weights.bin');
  assert.equal(await ask(), 4);
  assert.match(String((await stateOf(gateway, 'm')).notes), /never write into them while the model is served/);
});
