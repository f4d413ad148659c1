import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { assertRefused } from '../helpers/error-form.ts';
import { callsOf, post, query, shippedModels, startTestGateway, type ClientResult } from '../helpers/gateway.ts';
import { pacedModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A call of this many iterations outlasts every deadline of this file but those of 30 s. */
const long = 100_000;
const paced = pacedModel();
const models = await temporaryFolder(
  { after },
  {
    'paced/1/model.onnx': paced,
    'patient/1/model.onnx': paced,
    'patient/model.yaml': 'timeoutMs: 50\nmaxTimeoutMs: 30000\n',
    'strict/1/model.onnx': paced,
    'strict/model.yaml': 'timeoutMs: 50\n',
    'odd/1/model.onnx': paced,
    'odd/model.yaml': 'maxTimeoutMs: 50\n',
  },
);
await cp(join(shippedModels, 'iris'), join(models, 'iris'), { recursive: true });
const gateway = await startTestGateway({ after }, models);

const one = (model: string) => `{ predict { ${model}(input: { x: 1, iterations: ITERATIONS }) { y } } }`;
const many = (model: string) => `{ predict { ${model}Batch(inputs: [{ x: 1, iterations: ITERATIONS }]) { y } } }`;
const raw = (model: string) => `{ infer(input: { model: "${model}", inputs: [
  { name: "x", datatype: FP32, shape: [1], values: [1] },
  { name: "iterations", datatype: INT64, shape: [1], values: [ITERATIONS] }
] }) { outputs { name } } }`;

function ask(document: string, iterations: number, timeoutMs?: number): Promise<ClientResult> {
  const headers = timeoutMs === undefined ? {} : { 'x-request-timeout-ms': String(timeoutMs) };
  return query(gateway, document.replace('ITERATIONS', String(iterations)), undefined, { headers });
}

const codesOf = ({ errors }: ClientResult) => errors.map(({ extensions }) => extensions.code);

describe('the header X-Request-Timeout-Ms', () => {
  for (const [kind, document] of Object.entries({ one, many, raw })) {
    test(`shortens the time of a prediction, ${kind}, and the error says where it went`, async () => {
      const answer = await ask(document('paced'), long, 50);
      assert.deepEqual(codesOf(answer), ['DEADLINE_EXCEEDED']);
      const details = answer.errors[0]?.extensions.details ?? {};
      assert.deepEqual(Object.keys(details), ['preparingMs', 'queuedMs', 'computingMs']);
      const total = Object.values(details).reduce((sum: number, each) => sum + Number(each), 0);
      assert.ok(total >= 48, JSON.stringify(details));
    });
  }

  test('lengthens it as far as the manifest allows', async () => {
    assert.deepEqual(codesOf(await ask(one('patient'), long)), ['DEADLINE_EXCEEDED']);
    assert.deepEqual(codesOf(await ask(one('patient'), long, 60_000)), []);
  });

  test('lengthens nothing where the manifest does not say so', async () => {
    assert.deepEqual(codesOf(await ask(one('strict'), long, 60_000)), ['DEADLINE_EXCEEDED']);
  });

  test('is refused before anything runs where it is no number of milliseconds', async () => {
    const before = callsOf(gateway, 'paced').length;
    const body = JSON.stringify({ query: one('paced').replace('ITERATIONS', '0') });
    for (const header of ['0', '-1', 'soon', '1.5']) {
      await assertRefused(gateway, () => post(gateway, body, { headers: { 'x-request-timeout-ms': header } }), {
        codes: ['BAD_REQUEST'],
        message: /^X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 or more, got "/,
      });
    }
    assert.equal(callsOf(gateway, 'paced').length, before);
  });
});

test('a manifest whose default exceeds its maximum is refused', async () => {
  const { data } = await query(gateway, '{ model(name: "odd") { versions { state { phase reason } } } }');
  const [line] = gateway.log.filter(({ message, model }) => message === 'model' && model === 'odd');
  assert.match(JSON.stringify([data, line]), /maxTimeoutMs: 50, which is less than timeoutMs, 30000/);
});
