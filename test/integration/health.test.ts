import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { query, shippedModels, startLoadingGateway, startTestGateway } from '../helpers/gateway.ts';
import { waitForLine } from '../helpers/log.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function probe(url: string, path: '/healthz' | '/readyz') {
  const response = await fetch(`${url}${path}`);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return { status: response.status, body: (await response.json()) as any };
}

/** A repository in which the model `held` stays in warm-up until it is let go: its golden examples are a pipe. */
async function holdingRepository(context: TestContext) {
  const models = await temporaryFolder(context, {
    'quick/1/model.onnx': identityModel(),
    'held/1/model.onnx': identityModel(),
    'broken/1/model.onnx': 'no model at all',
  });
  const pipe = join(models, 'held/1/golden.json');
  execFileSync('mkfifo', [pipe]);
  let released: Promise<void> | null = null;
  const example = { name: 'zeros', inputs: { x: [0, 0, 0, 0] }, outputs: { y: [0, 0, 0, 0] } };
  const release = () => (released ??= writeFile(pipe, JSON.stringify({ examples: [example] })));
  return { models, release };
}

test('while models load, the process is alive, serves those that are ready, and is not ready', async (context) => {
  const { models, release } = await holdingRepository(context);
  const gateway = await startLoadingGateway(context, models);
  // Stopping waits for what is loading, so that a failure of this test must let it go too.
  context.after(() => release());
  await waitForLine(gateway.log, ({ model, phase }) => model === 'held' && phase === 'WARMING');
  await waitForLine(gateway.log, ({ model, phase }) => model === 'quick' && phase === 'READY');
  await waitForLine(gateway.log, ({ model, phase }) => model === 'broken' && phase === 'FAILED');

  assert.deepEqual(await probe(gateway.url, '/healthz'), { status: 200, body: { status: 'alive' } });
  const loading = await probe(gateway.url, '/readyz');
  assert.equal(loading.status, 503);
  assert.equal(loading.body.status, 'loading');
  assert.deepEqual(Object.keys(loading.body.models), ['broken', 'held', 'quick']);
  assert.deepEqual(loading.body.models.held, {
    ready: false,
    defaultVersion: null,
    versions: [{ version: 1, phase: 'WARMING' }],
  });
  assert.deepEqual(loading.body.models.quick, {
    ready: true,
    defaultVersion: 1,
    versions: [{ version: 1, phase: 'READY' }],
  });

  const { data } = await query(
    gateway,
    '{ server { ready } predict { quick(input: { x: [1, 2, 3, 4] }) { y { values } } } }',
  );
  assert.deepEqual(data, { server: { ready: false }, predict: { quick: { y: { values: [1, 2, 3, 4] } } } });
  const tensor = '{ name: "x", datatype: FP32, shape: [1, 4], values: [1, 2, 3, 4] }';
  const { errors } = await query(
    gateway,
    `{ infer(input: { model: "held", inputs: [${tensor}] }) { outputs { name } } }`,
  );
  assert.equal(errors[0]?.extensions.code, 'MODEL_UNAVAILABLE');
  assert.equal(errors[0].extensions.retryable, true);

  await release();
  await gateway.ready;
  const ready = await probe(gateway.url, '/readyz');
  assert.equal(ready.status, 200);
  assert.equal(ready.body.status, 'ready');
  assert.equal(ready.body.models.held.ready, true);
});

test('a model that failed does not hold up readiness, and says why', async (context) => {
  const models = await temporaryFolder(context, {
    'broken/1/model.onnx': 'no model at all',
    'empty/README.md': 'A folder without a version.',
    'misspelt/model.yaml': 'tsak: tensor',
    'misspelt/1/model.onnx': identityModel(),
    'sound/1/model.onnx': identityModel(),
  });
  const gateway = await startTestGateway(context, models);
  const { status, body } = await probe(gateway.url, '/readyz');
  assert.equal(status, 200);
  assert.equal(body.status, 'ready');
  const { broken, empty, misspelt, sound } = body.models;
  assert.deepEqual([broken.ready, empty.ready, misspelt.ready, sound.ready], [false, false, false, true]);
  assert.equal(broken.versions[0].phase, 'FAILED');
  assert.match(broken.versions[0].reason, /./);
  assert.match(empty.problem, /empty\/1\/model\.onnx/);
  assert.match(misspelt.problem, /tsak/);
  assert.ok(!JSON.stringify(body).includes(models), 'the probe shows a path of the server');
});

test('an empty repository is ready, and the log says what to put there', async (context) => {
  const gateway = await startTestGateway(context, await temporaryFolder(context));
  assert.deepEqual(await probe(gateway.url, '/readyz'), { status: 200, body: { status: 'ready', models: {} } });
  const warnings = gateway.log.filter(({ level }) => level === 'warn');
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['no models'],
  );
  assert.match(String(warnings[0]?.['hint']), /<name>\/1\/model\.onnx/);
});

test('a server that stops answers what it has in hand, and is not ready', async (context) => {
  const gateway = await startTestGateway(context, shippedModels);
  const connection = await connectRaw(gateway.url);
  const rest = await beginPost(connection, JSON.stringify({ query: '{ model(name: "iris") { ready } }' }));
  const stopped = gateway.stop();
  connection.write(`${rest}GET /readyz HTTP/1.1\r\nhost: test\r\n\r\nGET /healthz HTTP/1.1\r\nhost: test\r\n\r\n`);
  const [, answer, readiness, health] = (await connection.closed).split(/(?=HTTP\/1\.1 )/);
  assert.match(answer ?? '', /200 OK[^]*\{"data":\{"model":\{"ready":true\}\}\}/);
  assert.match(readiness ?? '', /503 Service Unavailable[^]*"status":"stopping"/);
  assert.match(health ?? '', /200 OK[^]*"status":"alive"/);
  await stopped;
  await assert.rejects(fetch(`${gateway.url}/healthz`));
});

test('stopping twice is stopping once', async (context) => {
  const gateway = await startTestGateway(context, await temporaryFolder(context));
  assert.equal(gateway.stop(), gateway.stop());
  await gateway.stop();
  await waitForLine(gateway.log, ({ message }) => message === 'stopped');
  assert.equal(gateway.log.filter(({ message }) => message === 'stopped').length, 1);
});
