import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { post, query, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { testKeys } from '../helpers/keys.ts';
import { scrape, type ScrapedMetrics } from '../helpers/metrics.ts';
import { failsOnNegativeModel, identityModel, pacedModel } from '../helpers/onnx-models.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const one = 'query ($x: Float!) { predict { m(input: { x: $x }) { y } } }';
const many = 'query ($inputs: [MInput!]!) { predict { mBatch(inputs: $inputs) { y } } }';
const raw = (shape: string, values: string) =>
  `{ infer(input: { model: "m", inputs: [{ name: "x", datatype: FP32, shape: ${shape}, values: ${values} }] }) { outputs { name } } }`;
const rows = (...values: number[]) => ({ inputs: values.map((x) => ({ x })) });
const ofVersion = { model: 'm', version: '1' };
/** The key that refusals of anonymous callers count for. */
const anonymous = 'anonymous';

/** Waits until every request that was answered is counted: that is when the answer has left, which its client sees first. */
async function settled({ url }: Pick<TestGateway, 'url'>): Promise<ScrapedMetrics> {
  return await eventually(
    () => scrape(url),
    // The request that asks is in flight itself.
    (scraped) => scraped.value('inferql_http_requests_in_flight') === 1,
  );
}

function requestsIn(scraped: ScrapedMetrics): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(scraped.values('inferql_http_requests_total')).filter(([route]) => !route.startsWith('/metrics')),
  );
}

describe('what was sent is what is counted', () => {
  test('predictions, lists and raw inferences, with results, with errors of each kind, and with both', async (context) => {
    const models = await temporaryFolder(context, {
      'm/1/model.onnx': failsOnNegativeModel(),
      'm/model.yaml': 'batching: { maxQueueRows: 20 }\n',
    });
    const gateway = await startTestGateway(context, models, { maxRowsPerField: 30 });
    // The warm-up made calls, and nobody asked for them.
    const before = await settled(gateway);
    assert.deepEqual(before.values('inferql_inference_calls_total'), {
      'm 1 succeeded': 0,
      'm 1 failed': 0,
      'm 1 unavailable': 0,
    });

    for (const x of [1, 2, 3]) assert.deepEqual((await query(gateway, one, { x })).errors, []);
    assert.equal((await query(gateway, one, { x: -1 })).errors.length, 1);
    assert.deepEqual((await query(gateway, many, rows(1, 2, 3, 4, 5))).errors, []);
    // A call of three fails, and then the half of one row that is bad: two calls fail, and one is answered with two rows.
    assert.equal((await query(gateway, many, rows(-1, 2, 3))).errors.length, 1);
    assert.equal((await query(gateway, many, rows())).errors[0]?.extensions.code, 'BAD_USER_INPUT');
    assert.equal((await query(gateway, many, rows(...Array<number>(21).fill(1)))).errors.length, 1);
    assert.equal((await query(gateway, many, rows(...Array<number>(31).fill(1)))).errors.length, 1);
    assert.deepEqual((await query(gateway, raw('[2, 1]', '[1, 2]'))).errors, []);
    assert.equal((await query(gateway, raw('[2, 1]', '[1]'))).errors.length, 1);
    assert.equal((await query(gateway, '{ nothing }')).status, 400);
    assert.equal((await query(gateway, '{')).status, 400);
    assert.equal((await fetch(`${gateway.url}/nowhere`)).status, 404);
    assert.equal((await fetch(`${gateway.url}/healthz`)).status, 200);

    const scraped = await settled(gateway);
    assert.deepEqual(scraped.values('inferql_inference_requests_total'), {
      'm 1 success': 5,
      'm 1 partial': 1,
      'm 1 INFERENCE_FAILED': 1,
      'm 1 BAD_USER_INPUT': 2,
      'm 1 BATCH_TOO_LARGE': 1,
    });
    assert.deepEqual(scraped.values('inferql_inferences_total'), {
      'm 1 success': 12,
      'm 1 INFERENCE_FAILED': 2,
      'm 1 BAD_USER_INPUT': 1,
      'm 1 BATCH_TOO_LARGE': 21,
    });
    assert.deepEqual(requestsIn(scraped), {
      '/graphql 200': 11,
      '/graphql 400': 2,
      'none 404': 1,
      '/healthz 200': 1,
    });
    assert.deepEqual(scraped.values('inferql_graphql_operations_total'), {
      'query success': 5,
      'query errors': 6,
      'none refused': 2,
    });
    assert.deepEqual(scraped.values('inferql_request_errors_total'), {
      INFERENCE_FAILED: 2,
      BAD_USER_INPUT: 2,
      BATCH_TOO_LARGE: 2,
      GRAPHQL_VALIDATION_FAILED: 1,
      GRAPHQL_PARSE_FAILED: 1,
      BAD_REQUEST: 1,
    });
    assert.deepEqual(scraped.values('inferql_request_refusals_total'), {
      [`maxQueueRows ${anonymous}`]: 1,
      [`maxRowsPerField ${anonymous}`]: 1,
    });

    // Three single rows, a list of five, the list of three in halves, and a raw inference of two.
    const calls = scraped.values('inferql_inference_calls_total');
    assert.deepEqual([calls['m 1 succeeded'], calls['m 1 unavailable']], [6 + 1, 0]);
    const batches = scraped.histogram('inferql_inference_batch_rows', ofVersion);
    assert.equal(batches.count, (calls['m 1 succeeded'] ?? 0) + (calls['m 1 failed'] ?? 0));
    const countOf = (name: string) => scraped.histogram(`inferql_inference_${name}_duration_seconds`, ofVersion).count;
    assert.equal(countOf('queue'), 12);
    assert.equal(countOf('compute'), batches.count);
    assert.equal(countOf('request'), 10);
    assert.equal(scraped.histogram('inferql_http_request_duration_seconds', { route: '/graphql' }).count, 13);
    assert.equal(scraped.value('inferql_inference_pending_rows', ofVersion), 0);
    assert.equal(scraped.value('inferql_inference_queue_limit_rows', ofVersion), 20);
    assert.equal(scraped.value('inferql_model_instances_busy', ofVersion), 0);
  });

  test('the graph tells the same as the metrics', async (context) => {
    const models = await temporaryFolder(context, { 'm/1/model.onnx': failsOnNegativeModel() });
    const gateway = await startTestGateway(context, models);
    for (const x of [1, 2, -1]) await query(gateway, one, { x });
    await query(gateway, many, rows(1, 2, 3, 4));
    const figures =
      'successes failures { code count } rows calls meanBatchSize queueMs { mean p99 max } computeMs { p50 max }';
    const stats = `stats { instances instancesBusy pendingRows sinceStart { ${figures} } lastMinute { ${figures} } }`;
    const { data, errors } = await query(
      gateway,
      `{ model(name: "m") { ${stats} version(version: "1") { ${stats} } } }`,
    );
    assert.deepEqual(errors, []);
    const { version, stats: all } = data.model;
    assert.deepEqual(version.stats, all);
    assert.deepEqual(all.lastMinute, all.sinceStart);
    const { queueMs, computeMs, ...counts } = all.sinceStart;
    assert.deepEqual(counts, {
      successes: 6,
      failures: [{ code: 'INFERENCE_FAILED', count: 1 }],
      rows: 7,
      calls: 4,
      meanBatchSize: 7 / 4,
    });
    assert.deepEqual([all.instancesBusy, all.pendingRows], [0, 0]);
    assert.ok(queueMs.max >= queueMs.p99 * 0.875 && queueMs.mean <= queueMs.max);
    assert.ok(computeMs.p50 > 0 && computeMs.p50 <= computeMs.max);
    const scraped = await settled(gateway);
    const { sum, count } = scraped.histogram('inferql_inference_queue_duration_seconds', ofVersion);
    assert.equal(count, 6);
    assert.ok(Math.abs((sum / count) * 1000 - queueMs.mean) < 1e-6);
  });

  test('refusals, by limit and by key', async (context) => {
    const keys = await testKeys(context);
    const [shop, reader] = [await keys.make('predict:*'), await keys.make('models:read')];
    const models = await temporaryFolder(context, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const gateway = await startTestGateway(context, models, {
      keys: keys.path,
      rateLimitCost: 40,
      rateLimitWindowSeconds: 3600,
      maxBodyBytes: 4000,
      maxOperationsPerRequest: 2,
      maxDepth: 5,
      maxFields: 8,
      maxTokens: 200,
      maxCostPerRequest: 30,
      maxTensorElements: 10,
    });
    const ask = (document: string, variables?: object) =>
      query(gateway, document, variables, { headers: shop.headers });
    const send = (body: string, headers: object = shop.headers) => post(gateway, body, { headers: { ...headers } });
    await send(JSON.stringify([1, 2, 3].map(() => ({ query: '{ __typename }' }))));
    await send(JSON.stringify({ query: `{ __typename } # ${'x'.repeat(5000)}` }));
    await ask(`{ ${'__typename '.repeat(300)}}`);
    await ask(`{ ${Array.from({ length: 9 }, (_, index) => `a${index}: __typename`).join(' ')} }`);
    await ask(
      '{ server { backends { name } limits { maxDepth } } models { versions { signature { inputs { shape { size } } } } } }',
    );
    await ask(many, rows(...Array<number>(40).fill(1)));
    await ask(raw('[11, 1]', JSON.stringify(Array(11).fill(1))));
    await ask(many, rows(...Array<number>(20).fill(1)));
    await ask(many, rows(...Array<number>(20).fill(1)));
    await send('{}', {});

    const scraped = await eventually(
      () => scrape(gateway.url, { headers: reader.headers }),
      (each) => each.value('inferql_http_requests_in_flight') === 1,
    );
    assert.deepEqual(scraped.values('inferql_request_refusals_total'), {
      [`maxOperationsPerRequest ${shop.id}`]: 1,
      [`maxBodyBytes ${shop.id}`]: 1,
      [`maxTokens ${shop.id}`]: 1,
      [`maxFields ${shop.id}`]: 1,
      [`maxDepth ${shop.id}`]: 1,
      [`maxCostPerRequest ${shop.id}`]: 1,
      [`maxTensorElements ${shop.id}`]: 1,
      [`rateLimitCost ${shop.id}`]: 1,
    });
    assert.equal(scraped.value('inferql_request_errors_total', { code: 'UNAUTHENTICATED' }), 1);
    assert.equal(scraped.value('inferql_request_errors_total', { code: 'RATE_LIMITED' }), 1);
    assert.ok(!scraped.text.includes(shop.key) && !scraped.text.includes('of predict'));
  });

  test('requests that are refused before their caller is known, rows that wait, calls that run, clients that leave', async (context) => {
    const models = await temporaryFolder(context, {
      'paced/1/model.onnx': pacedModel(),
      'paced/model.yaml': 'instances: 1\nthreads: 1\ntimeoutMs: 60000\nbatching: { enabled: false }\n',
    });
    const gateway = await startTestGateway(context, models, { maxConcurrentRequests: 3 });
    const document = 'query ($i: Int64!) { predict { paced(input: { x: 1, iterations: $i }) { y } } }';
    const left = new AbortController();
    const asked = [1, 2].map((nth) =>
      query(gateway, document, { i: 100_000 }, nth === 2 ? { signal: left.signal } : {}).catch(() => null),
    );
    const version = { model: 'paced', version: '1' };
    const busy = await eventually(
      () => scrape(gateway.url),
      (each) => each.value('inferql_inference_pending_rows', version) === 1,
    );
    assert.equal(busy.value('inferql_model_instances_busy', version), 1);
    assert.equal(busy.value('inferql_model_instances', version), 1);

    const stays = await connectRaw(gateway.url);
    await beginPost(stays, '{}');
    assert.equal((await query(gateway, '{ __typename }')).status, 503);
    stays.destroy();
    left.abort();
    await Promise.all(asked);
    const scraped = await settled(gateway);
    assert.equal(scraped.value('inferql_request_refusals_total', { limit: 'maxConcurrentRequests', key: 'none' }), 1);
    assert.deepEqual(requestsIn(scraped), { '/graphql 503': 1, '/graphql 499': 2, '/graphql 200': 1 });
    assert.deepEqual(scraped.values('inferql_inferences_total'), { 'paced 1 success': 1, 'paced 1 CANCELLED': 1 });
  });
});

describe('models in metrics', () => {
  test('are those of the repository, each version with its phase, and one that failed with that', async (context) => {
    const models = await temporaryFolder(context, {
      'm/1/model.onnx': identityModel('FP32', ['N', 1]),
      'm/2/model.onnx': 'no model',
      'broken/1/model.onnx': 'no model either',
    });
    const gateway = await startTestGateway(context, models);
    const scraped = await settled(gateway);
    assert.deepEqual(scraped.values('inferql_model_ready'), { broken: 0, m: 1 });
    assert.deepEqual(scraped.values('inferql_model_version_state'), {
      'broken 1 FAILED': 1,
      'm 1 READY': 1,
      'm 2 FAILED': 1,
    });
    assert.equal(scraped.value('inferql_model_phases_total', { model: 'm', phase: 'FAILED' }), 1);
    const { data } = await query(gateway, '{ server { schemaVersion } }');
    assert.deepEqual(scraped.values('inferql_schema_info'), { [data.server.schemaVersion]: 1 });
    assert.deepEqual(
      ['inferql_processes', 'inferql_processes_ready', 'inferql_processes_silent'].map((name) => scraped.value(name)),
      [1, 1, 0],
    );
  });
});
