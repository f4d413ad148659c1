import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  callsOf,
  query,
  shippedModels,
  startTestGateway,
  type ClientError,
  type ClientResult,
} from '../helpers/gateway.ts';
import { waitForLine } from '../helpers/log.ts';
import { pacedModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A call of this many iterations lasts longer than any number of requests that a test makes meanwhile. */
const long = 40_000;
const maxQueueRows = 8;
const paced = pacedModel();
const models = await temporaryFolder(
  { after },
  {
    'paced/1/model.onnx': paced,
    'serial/1/model.onnx': paced,
    'serial/model.yaml': 'batching: { enabled: false }\n',
    'narrow/1/model.onnx': paced,
    'narrow/model.yaml': `batching: { maxQueueRows: ${maxQueueRows} }\n`,
    'hasty/1/model.onnx': paced,
  },
);
await cp(join(shippedModels, 'iris'), join(models, 'iris'), { recursive: true });
const gateway = await startTestGateway({ after }, models);

interface Row {
  readonly x: number;
  readonly iterations: number;
}

/** Asks one of the paced models for a prediction of each row. */
function predict(model: string, rows: readonly Row[], init?: RequestInit): Promise<ClientResult> {
  const type = `${model.charAt(0).toUpperCase()}${model.slice(1)}Input`;
  const document = `query($inputs: [${type}!]!) { predict { ${model}Batch(inputs: $inputs) { y meta { batchSize } } } }`;
  return query(gateway, document, { inputs: rows }, init);
}

const one = (x: number, iterations = 0): Row[] => [{ x, iterations }];

function askIris(): Promise<ClientResult> {
  const flower = 'sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2';
  return query(gateway, `{ predict { iris(input: { ${flower} }) { label } } }`);
}

function askMetadata(): Promise<ClientResult> {
  return query(gateway, '{ server { ready } models { name defaultVersion { state { phase } } } }');
}

/** Requests that came before have been read when these are answered: they came over other connections, and took longer. */
async function passTime(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await askMetadata();
}

/** The rows of each call since, which are the calls of one test as long as its model is no other test's. */
function batchSizes(model: string, from: number): number[] {
  return callsOf(gateway, model)
    .slice(from)
    .map((call) => Number(call['batchSize']));
}

describe('a model that is busy', () => {
  test('keeps neither other models nor metadata waiting', async () => {
    const finished: string[] = [];
    const slow = Array.from({ length: 5 }, (_, index) =>
      predict('serial', one(index, 20_000)).then((answer) => {
        finished.push('slow');
        return answer;
      }),
    );
    await Promise.race(slow);
    for (let round = 0; round < 5; round += 1) {
      const [iris, metadata] = await Promise.all([askIris(), askMetadata()]);
      assert.deepEqual(iris.data, { predict: { iris: { label: 'setosa' } } });
      assert.deepEqual(metadata.data.models.length, 5);
    }
    finished.push('others');
    const answers = await Promise.all(slow);
    assert.deepEqual(
      answers.map(({ data }) => data.predict.serialBatch[0]),
      answers.map((_, index) => ({ y: index, meta: { batchSize: 1 } })),
    );
    assert.ok(finished.indexOf('others') < finished.lastIndexOf('slow'), finished.join(', '));
  });

  test('computes nothing for a client that left while its rows waited', async () => {
    const before = callsOf(gateway, 'paced').length;
    const busy = predict('paced', one(1, long));
    await passTime();
    const leaving = new AbortController();
    const left = predict('paced', [...one(2), ...one(3), ...one(4)], { signal: leaving.signal });
    const stays = predict('paced', one(5));
    await passTime();
    const from = gateway.log.length;
    leaving.abort();
    await assert.rejects(left, { name: 'AbortError' });
    assert.equal((await busy).data.predict.pacedBatch[0].y, 1);
    assert.deepEqual((await stays).data.predict.pacedBatch, [{ y: 5, meta: { batchSize: 1 } }]);
    // The server had read the request, and had its rows: they were counted for its line in the log.
    const line = await waitForLine(gateway.log, (each) => each['aborted'] === true, from);
    assert.deepEqual([line['models'], line['rows']], [['paced'], 3]);
    assert.deepEqual(batchSizes('paced', before), [1, 1]);
  });

  test('merges what came meanwhile, and a row that fails fails alone, whoever sent the others', async () => {
    const before = callsOf(gateway, 'paced').length;
    const busy = predict('paced', one(1, long));
    await passTime();
    const numbers = [10, 11, -12, 13, 14, 15, 16, 17];
    const clients = numbers.map((x) => predict('paced', one(x)));
    const answers = await Promise.all(clients);
    await busy;
    for (const [index, { data, errors }] of answers.entries()) {
      const x = numbers[index] ?? 0;
      if (x < 0) {
        assert.deepEqual(data.predict.pacedBatch, [null]);
        assert.equal(errors.length, 1);
        assert.deepEqual(errors[0]?.path, ['predict', 'pacedBatch', 0]);
        assert.equal(errors[0].extensions.code, 'INFERENCE_FAILED');
        assert.equal(errors[0].extensions.retryable, false);
        assert.match(errors[0].message, /^The model failed on these inputs: .*Gather/);
      } else {
        assert.deepEqual(errors, []);
        assert.equal(data.predict.pacedBatch[0].y, x);
      }
    }
    // All eight fail together; then the half without the bad row is answered, and the other halved, and halved again.
    const sizes = batchSizes('paced', before);
    assert.deepEqual(sizes.slice(0, 2), [1, 8]);
    assert.deepEqual(
      sizes.slice(2).toSorted((one, other) => other - one),
      [4, 4, 2, 2, 1, 1],
    );
  });

  test('refuses at once what its queue has no room for, with the time after which to try again', async () => {
    const before = callsOf(gateway, 'narrow').length;
    const busy = predict('narrow', one(1, long));
    await passTime();
    const full = predict(
      'narrow',
      Array.from({ length: maxQueueRows }, (_, index) => ({ x: index, iterations: 0 })),
    );
    await passTime();
    const refused = await query(
      gateway,
      `{ predict {
        narrow(input: { x: 9, iterations: 0 }) { y }
        narrowBatch(inputs: [{ x: 9, iterations: 0 }, { x: 8, iterations: 0 }]) { y }
        paced(input: { x: 9, iterations: 0 }) { y }
      } }`,
    );
    // A list is refused as a whole, with one error.
    assert.deepEqual(refused.data.predict, { narrow: null, narrowBatch: null, paced: { y: 9 } });
    assert.deepEqual(
      refused.errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
      [
        ['predict.narrow', 'OVERLOADED'],
        ['predict.narrowBatch', 'OVERLOADED'],
      ],
    );
    const [{ message, extensions }] = refused.errors as readonly [ClientError];
    const { requestId, retryAfterMs, ...rest } = extensions;
    assert.ok(requestId.length > 0);
    assert.ok(Number.isInteger(retryAfterMs) && Number(retryAfterMs) >= 1);
    assert.equal(message, `The queue of narrow version 1 is full; try again in ${retryAfterMs} ms.`);
    assert.deepEqual(rest, {
      code: 'OVERLOADED',
      retryable: true,
      model: 'narrow',
      version: '1',
      details: { rows: 1, queuedRows: maxQueueRows, maxQueueRows },
    });
    const { errors } = await predict(
      'narrow',
      Array.from({ length: maxQueueRows + 1 }, () => ({ x: 0, iterations: 0 })),
    );
    assert.deepEqual(
      errors.map(({ message, extensions }) => [extensions.code, extensions.retryable, message]),
      [
        [
          'BATCH_TOO_LARGE',
          false,
          `A list of ${maxQueueRows + 1} rows is longer than the queue of narrow version 1; send at most ${maxQueueRows}.`,
        ],
      ],
    );
    assert.deepEqual((await busy).errors, []);
    const taken = await full;
    assert.deepEqual(taken.errors, []);
    assert.deepEqual(
      taken.data.predict.narrowBatch.map(({ y }: { y: number }) => y),
      Array.from({ length: maxQueueRows }, (_, index) => index),
    );
    assert.deepEqual((await predict('narrow', one(9))).data.predict.narrowBatch[0].y, 9);
    assert.deepEqual(batchSizes('narrow', before), [1, maxQueueRows, 1]);
  });

  test('answers by the deadline, whether the call runs or was never made, and serves on', async () => {
    const before = callsOf(gateway, 'hasty').length;
    const from = gateway.log.length;
    const within = (ms: number): RequestInit => ({ headers: { 'x-request-timeout-ms': String(ms) } });
    const running = predict('hasty', one(1, 3 * long), within(250));
    await passTime();
    const waiting = predict('hasty', one(2), within(50));
    assert.deepEqual((await askIris()).data, { predict: { iris: { label: 'setosa' } } });
    const [computed, waited] = await Promise.all([running, waiting]);
    for (const { data, errors } of [computed, waited]) {
      assert.deepEqual(data.predict.hastyBatch, [null]);
      assert.deepEqual(
        errors.map(({ path, extensions }) => [path?.join('.'), extensions.code, extensions.retryable]),
        [['predict.hastyBatch.0', 'DEADLINE_EXCEEDED', true]],
      );
    }
    assert.match(
      computed.errors[0]?.message ?? '',
      /^The prediction was not finished by its deadline: it was prepared for \d+ ms, waited \d+ ms and was computed for \d+ ms\.$/,
    );
    assert.match(
      waited.errors[0]?.message ?? '',
      /^The prediction was not finished by its deadline: it was prepared for \d+ ms, waited \d+ ms and was not computed\.$/,
    );
    await waitForLine(gateway.log, ({ message, model }) => message === 'call' && model === 'hasty', from);
    assert.equal((await predict('hasty', one(3))).data.predict.hastyBatch[0].y, 3);
    assert.deepEqual(batchSizes('hasty', before), [1, 1]);
  });
});

test('nothing in this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
