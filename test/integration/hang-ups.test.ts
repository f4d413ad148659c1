import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { callsOf, query, startTestGateway } from '../helpers/gateway.ts';
import { pacedModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const models = await temporaryFolder({ after }, { 'paced/1/model.onnx': pacedModel() });
const gateway = await startTestGateway({ after }, models);

/** One field, a list and a raw inference: the ways in which rows come. */
const document = `{
  predict {
    paced(input: { x: 2, iterations: 0 }) { y }
    pacedBatch(inputs: [{ x: 3, iterations: 0 }, { x: 4, iterations: 0 }]) { y }
  }
  infer(input: { model: "paced", inputs: [
    { name: "x", datatype: FP32, shape: [2], values: [5, 6] }
    { name: "iterations", datatype: INT64, shape: [2], values: [0, 0] }
  ] }) { outputs { name } }
}`;

test('whatever clients that hang up were waiting for is never computed, and the calls of others have no row of it', async () => {
  const before = callsOf(gateway, 'paced').length;
  const from = gateway.log.length;
  const busy = query(gateway, '{ predict { paced(input: { x: 1, iterations: 60000 }) { y } } }');
  // Requests that came before it were read when one is answered.
  const passTime = async () => {
    for (let round = 0; round < 3; round += 1) await query(gateway, '{ models { name } }');
  };
  await passTime();
  const leaving = Array.from({ length: 20 }, () => new AbortController());
  const left = leaving.map(({ signal }) => query(gateway, document, undefined, { signal }));
  const stays = query(gateway, '{ predict { paced(input: { x: 7, iterations: 0 }) { y meta { batchSize } } } }');
  await passTime();
  for (const client of leaving) client.abort();
  for (const each of left) await assert.rejects(each, { name: 'AbortError' });
  // All of them had come as far as the queue: their rows are on their lines of the log.
  const aborted = await eventually(
    async () => gateway.log.slice(from).filter((line) => line['aborted'] === true),
    (lines) => lines.length === leaving.length,
  );
  assert.deepEqual(
    aborted.map((line) => line['rows']),
    leaving.map(() => 5),
  );
  assert.equal((await busy).data.predict.paced.y, 1);
  assert.deepEqual((await stays).data.predict.paced, { y: 7, meta: { batchSize: 1 } });
  const sizes = callsOf(gateway, 'paced')
    .slice(before)
    .map((call) => call['batchSize']);
  assert.deepEqual(sizes, [1, 1]);
});
