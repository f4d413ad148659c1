import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { eventually } from '../helpers/eventually.ts';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { waitForLine, type LogLine } from '../helpers/log.ts';
import { pacedModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** The worker threads that live. Those of models take messages, and nothing else here starts any that stay. */
const workers = new Set<Worker>();
subscribe('worker_threads', (message) => {
  const { worker } = message as { readonly worker: Worker };
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
});

/** Lets the threads of models fail on a message, and end by it, as soon as they read one. */
function endThreads(): void {
  for (const worker of workers) worker.postMessage(null);
}

const models = await temporaryFolder({ after }, { 'paced/1/model.onnx': pacedModel() });
// Its calls are so short that they need no thread.
await cp(join(shippedModels, 'iris'), join(models, 'iris'), { recursive: true });

const flower = 'sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2';
const isLoss = ({ message }: LogLine) => message === 'thread lost';

describe('a model whose thread ends by itself', async () => {
  const gateway = await startTestGateway({ after }, models);
  const askPaced = () => query(gateway, '{ predict { paced(input: { x: 3, iterations: 100 }) { y } } }');
  const askIris = () => query(gateway, `{ predict { iris(input: { ${flower} }) { label } } }`);
  const stateOf = async () => {
    const { data } = await query(
      gateway,
      '{ server { ready } model(name: "paced") { version(version: "1") { state { phase reason } } } }',
    );
    return data.model.version.state as { phase: string; reason: string | null };
  };

  test('gets another one: its callers have the answer or INFERENCE_FAILED, and other models go on', async () => {
    const over = new AbortController();
    const codes: string[] = [];
    const wrong: unknown[] = [];
    const others: unknown[] = [];
    const clients = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) {
        const { status, data, errors } = await askPaced();
        const [error] = errors;
        if (error !== undefined) codes.push(`${status} ${error.extensions.code}`);
        else if (data.predict.paced.y !== 3) wrong.push(data);
      }
    });
    const neighbours = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) others.push((await askIris()).data?.predict?.iris?.label);
    });
    await eventually(
      async () => (await askPaced()).data?.predict?.paced?.y,
      (y) => y === 3,
    );
    endThreads();
    const loss = await waitForLine(gateway.log, isLoss);
    assert.deepEqual([loss['model'], loss['version'], loss.level], ['paced', 1, 'error']);
    await eventually(
      async () => (await askPaced()).data?.predict?.paced?.y,
      (y) => y === 3,
    );
    over.abort();
    await Promise.all([...clients, ...neighbours]);
    assert.deepEqual(
      codes.filter((code) => code !== '200 INFERENCE_FAILED'),
      [],
    );
    assert.deepEqual(wrong, []);
    assert.ok(others.length > 0);
    assert.deepEqual(
      others.filter((label) => label !== 'setosa'),
      [],
    );
    assert.equal((await stateOf()).phase, 'READY');
  });

  test('again and again is FAILED, and can be loaded again by hand', async () => {
    for (let losses = 2; (await stateOf()).phase === 'READY'; losses += 1) {
      assert.ok(losses <= 4, 'It is not given up.');
      await eventually(
        async () => workers.size,
        (size) => size > 0,
      );
      endThreads();
      await eventually(
        async () => gateway.log.filter(isLoss).length,
        (count) => count >= losses,
      );
    }
    const { phase, reason } = await stateOf();
    assert.equal(phase, 'FAILED');
    assert.match(reason ?? '', /^The model's threads ended again and again, 3 of them by now/);
    const refused = (await askPaced()).errors[0];
    assert.equal(refused?.extensions.code, 'MODEL_UNAVAILABLE');
    assert.match(refused.message, /ended again and again/);
    assert.equal((await askIris()).data.predict.iris.label, 'setosa');
    const { errors } = await query(gateway, 'mutation { loadModel(model: "paced", version: "1") { ready } }');
    assert.deepEqual(errors, []);
    assert.equal((await askPaced()).data.predict.paced.y, 3);
  });
});
