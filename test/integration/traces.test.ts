import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { type CommandRun, runCommand } from '../helpers/command.ts';
import { type ClientError, type ClientResult, query } from '../helpers/gateway.ts';
import type { LogLine } from '../helpers/log.ts';
import { failsOnNegativeModel, identityModel, slowModel } from '../helpers/onnx-models.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';
const sampled = `00-${traceId}-${callerSpan}-01`;
const notSampled = `00-${traceId}-${callerSpan}-00`;

interface TracedServer {
  readonly run: CommandRun;
  readonly graphqlUrl: string;
}

/** Starts the server in a process of its own, in an environment that asks for traces. */
async function startTraced(
  scope: TestScope,
  models: string,
  environment: Readonly<Record<string, string>>,
  ...flags: string[]
): Promise<TracedServer> {
  const run = runCommand(scope, [models, '--no-playground', '--watch', 'off', ...flags], {
    OTEL_BSP_SCHEDULE_DELAY: '10',
    ...environment,
  });
  const { url } = await run.line('listening');
  await run.line('ready');
  return { run, graphqlUrl: `${String(url)}/graphql` };
}

function modelFolder(scope: TestScope): Promise<string> {
  return temporaryFolder(scope, {
    'echo/1/model.onnx': identityModel('FP32', ['N', 1]),
    'picky/1/model.onnx': failsOnNegativeModel(),
    'slow/1/model.onnx': slowModel({ iterations: 20_000 }),
    'slow/model.yaml': 'instances: 1\n',
  });
}

/** The spans of one trace, once there are as many as there should be. */
async function traceOf(receiver: OtlpReceiver, id: string, count: number): Promise<readonly ReceivedSpan[]> {
  const of = (spans: readonly ReceivedSpan[]) => spans.filter((span) => span.traceId === id);
  return of(await receiver.until((spans) => of(spans).length >= count));
}

/** The spans of one trace, once that of its request is there: it ends last. */
async function wholeTrace(receiver: OtlpReceiver, id: string): Promise<readonly ReceivedSpan[]> {
  const of = (spans: readonly ReceivedSpan[]) => spans.filter((span) => span.traceId === id);
  return of(await receiver.until((spans) => of(spans).some(({ name }) => name === 'POST /graphql')));
}

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const [span, ...others] = spans.filter((candidate) => candidate.name === name);
  assert.ok(span !== undefined, `there is a span ${name} among ${spans.map((each) => each.name).join(', ')}`);
  assert.equal(others.length, 0, `there is one span ${name}`);
  return span;
}

/** The names of spans as they hang together, each below its parent, in the order of their starts. */
function treeOf(spans: readonly ReceivedSpan[], parent: string): unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .map(({ name, spanId }) => {
      const below = treeOf(spans, spanId);
      return below.length === 0 ? name : [name, below];
    });
}

function random(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(Math.random() * 15 + 1).toString(16)).join('');
}

/** Sends an operation in a trace of its own. */
async function sendTraced(server: TracedServer, document: string, variables?: object) {
  const id = random(32);
  const headers = { traceparent: `00-${id}-${callerSpan}-01`, 'x-request-id': `request-${id}` };
  return { id, ...(await query(server, document, variables, { headers })) };
}

const oneEcho = 'query One($x: Float!) { predict { echo(input: { x: $x }) { y } } }';

describe('traces that the environment asks for', async () => {
  const receiver = await startOtlpReceiver({ after });
  const models = await modelFolder({ after });
  const server = await startTraced({ after }, models, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const requestLine = (id: string): Promise<LogLine> =>
    server.run.until((line) => line.message === 'request' && line['requestId'] === id);

  test('have a span for each step of a prediction, in the trace of its caller', async () => {
    const headers = { traceparent: sampled, tracestate: 'vendor=1', 'x-request-id': 'one' };
    const sentAt = Date.now();
    const { data } = await query(server, oneEcho, { x: 1 }, { headers });
    assert.deepEqual(data, { predict: { echo: { y: 1 } } });
    const spans = await traceOf(receiver, traceId, 10);
    const receivedAt = Date.now();
    assert.deepEqual(treeOf(spans, callerSpan), [
      [
        'POST /graphql',
        [
          [
            'query',
            ['parse', 'validate', ['predict echo', ['encode', 'queue', ['compute', ['batch echo']], 'decode']]],
          ],
        ],
      ],
    ]);
    const request = named(spans, 'POST /graphql');
    assert.equal(request.kind, 2);
    assert.equal(request.traceState, 'vendor=1');
    const { port } = new URL(server.graphqlUrl);
    assert.deepEqual(request.attributes, {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'http.route': '/graphql',
      'url.path': '/graphql',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': Number(port),
      'inferql.request_id': 'one',
    });
    assert.deepEqual(named(spans, 'query').attributes, {
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'One',
    });
    assert.deepEqual(named(spans, 'predict echo').attributes, {
      'inferql.model': 'echo',
      'inferql.version': 1,
      'inferql.rows': 1,
    });
    const { 'inferql.batch.compute_ms': computeMs, ...batch } = named(spans, 'batch echo').attributes;
    assert.ok(typeof computeMs === 'number' && computeMs > 0);
    assert.deepEqual(batch, {
      'inferql.model': 'echo',
      'inferql.version': 1,
      'inferql.batch.size': 1,
      'inferql.outcome': 'succeeded',
    });
    for (const span of spans) {
      assert.ok(span.startedAt >= sentAt - 1 && span.endedAt >= span.startedAt && span.endedAt <= receivedAt + 1);
      assert.equal(span.status.code, 0);
    }
    const end = (name: string) => named(spans, name).endedAt;
    const start = (name: string) => named(spans, name).startedAt;
    assert.ok(end('parse') <= start('validate') && end('validate') <= start('predict echo'));
    assert.ok(end('encode') <= start('queue') && end('queue') <= start('compute') && end('compute') <= start('decode'));
    assert.ok(end('decode') <= end('predict echo') && end('predict echo') <= end('query'));

    const { resource } = request;
    assert.equal(resource['service.name'], 'inferql');
    assert.match(String(resource['service.version']), /^\d+\.\d+\.\d+/);
    assert.equal(resource['deployment.environment.name'], 'test');
    assert.deepEqual(
      Object.keys(resource).filter((name) => /^(host|os|process)\./.test(name)),
      [],
    );
    const line = await requestLine('one');
    assert.deepEqual([line['traceId'], line['spanId']], [traceId, request.spanId]);
  });

  test('are begun for requests of callers that have none', async () => {
    await query(server, '{ __typename }', {}, { headers: { 'x-request-id': 'alone' } });
    const line = await requestLine('alone');
    const spans = await traceOf(receiver, String(line['traceId']), 4);
    assert.deepEqual(treeOf(spans, ''), [['POST /graphql', [['query', ['parse', 'validate']]]]]);
    // Documents that are known are neither parsed nor validated.
    const { id } = await sendTraced(server, '{ __typename }');
    assert.deepEqual(treeOf(await traceOf(receiver, id, 2), callerSpan), [['POST /graphql', ['query']]]);
  });

  test('of a list show each call of it, and what its rows have waited', async () => {
    const document = 'query($inputs: [EchoInput!]!) { predict { echoBatch(inputs: $inputs) { y } } }';
    const inputs = Array.from({ length: 100 }, (_, x) => ({ x }));
    const { id, data } = await sendTraced(server, document, { inputs });
    assert.equal((data as { predict: { echoBatch: unknown[] } }).predict.echoBatch.length, 100);
    const spans = await wholeTrace(receiver, id);
    const computes = spans.filter(({ name }) => name === 'compute');
    const rowsOf = (some: readonly ReceivedSpan[]) =>
      some.reduce((sum, { attributes }) => sum + Number(attributes['inferql.rows']), 0);
    assert.equal(rowsOf(computes), 100);
    assert.equal(spans.filter(({ name }) => name === 'decode').length, computes.length);
    assert.equal(named(spans, 'predict echo').attributes['inferql.rows'], 100);
    const queue = named(spans, 'queue');
    assert.equal(queue.endedAt, Math.max(...computes.map(({ startedAt }) => startedAt)));
    for (const { links } of computes) {
      assert.equal(spans.find(({ spanId }) => spanId === links[0]?.spanId)?.name, 'batch echo');
    }
  });

  test('of clients that share a call are linked to it, and it to them', async () => {
    const document = 'query($x: Float!) { predict { slow(input: { x: $x }) { y } } }';
    // The only instance is busy with the first, while those after it come together.
    const results = await Promise.all(Array.from({ length: 6 }, (_, x) => sendTraced(server, document, { x })));
    for (const { errors } of results) assert.deepEqual(errors, []);
    const ids = results.map(({ id }) => id);
    const spans = (
      await receiver.until((all) => {
        const ended = all.filter(({ name, traceId: of }) => name === 'POST /graphql' && ids.includes(of));
        const computed = all.filter(({ name, traceId: of }) => name === 'compute' && ids.includes(of));
        return ended.length === 6 && computed.length === 6;
      })
    ).filter((span) => ids.includes(span.traceId));
    const batches = spans.filter(({ name }) => name === 'batch slow');
    assert.ok(batches.length < 6, 'some share a call');
    assert.ok(batches.some(({ links }) => links.length > 1));
    for (const batch of batches) {
      const computes = batch.links.map((link) => {
        const compute = spans.find(({ spanId }) => spanId === link.spanId);
        assert.ok(compute !== undefined);
        assert.equal(compute.traceId, link.traceId);
        assert.deepEqual(compute.links, [{ traceId: batch.traceId, spanId: batch.spanId }]);
        assert.equal(compute.name, 'compute');
        // A clock that was set in between may be off for one of them.
        assert.ok(Math.abs(compute.startedAt - batch.startedAt) < 10);
        assert.ok(Math.abs(compute.endedAt - batch.endedAt) < 10);
        return compute;
      });
      assert.equal(batch.attributes['inferql.batch.size'], computes.length);
      assert.ok(computes.some(({ spanId }) => spanId === batch.parentSpanId));
    }
    const linked = batches.flatMap(({ links }) => links.map(({ traceId: of }) => of));
    assert.deepEqual(linked.toSorted(), ids.toSorted());
  });

  test('of a raw inference have its steps', async () => {
    const document = 'query($input: InferInput!) { infer(input: $input) { outputs { values } } }';
    const tensor = { name: 'x', datatype: 'FP32', shape: [2, 1], values: [[1], [2]] };
    const { id, errors } = await sendTraced(server, document, { input: { model: 'echo', inputs: [tensor] } });
    assert.deepEqual(errors, []);
    const [, [operation]] = treeOf(await traceOf(receiver, id, 10), callerSpan)[0] as [string, [[string, unknown[]]]];
    assert.deepEqual(operation?.[1].at(-1), ['infer echo', ['encode', 'queue', ['compute', ['batch echo']], 'decode']]);
  });

  test('of operations in an array have one span for each', async () => {
    const id = random(32);
    const body = JSON.stringify([{ query: '{ __typename }' }, { query: oneEcho, variables: { x: 2 } }]);
    const headers = { 'content-type': 'application/json', traceparent: `00-${id}-${callerSpan}-01` };
    await fetch(server.graphqlUrl, { method: 'POST', headers, body });
    const spans = await traceOf(receiver, id, 8);
    const request = named(spans, 'POST /graphql');
    const operations = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    const names = operations.map(({ attributes }) => attributes['graphql.operation.name']);
    assert.deepEqual(new Set(names), new Set(['One', undefined]));
    const predicted = named(spans, 'predict echo');
    assert.equal(
      operations.find(({ spanId }) => spanId === predicted.parentSpanId)?.attributes['graphql.operation.name'],
      'One',
    );
  });

  test('of a model that fails say with which code, and nothing of the inputs', async () => {
    const canary = -123.456;
    const { id, errors } = await sendTraced(server, 'query($x: Float!) { predict { picky(input: { x: $x }) { y } } }', {
      x: canary,
    });
    const [error] = errors;
    assert.equal(error?.extensions.code, 'INFERENCE_FAILED');
    assert.equal(error?.extensions.traceId, id);
    const spans = await traceOf(receiver, id, 9);
    for (const name of ['query', 'predict picky', 'compute', 'batch picky']) {
      const { status, attributes } = named(spans, name);
      assert.deepEqual(status, { code: 2, message: 'INFERENCE_FAILED' }, name);
      assert.equal(attributes['error.type'], 'INFERENCE_FAILED');
    }
    const request = named(spans, 'POST /graphql');
    assert.deepEqual(request.attributes['inferql.error_codes'], ['INFERENCE_FAILED']);
    assert.equal(request.status.code, 0, 'the server did what it was asked for');
    for (const body of receiver.bodies) assert.ok(!body.includes('123.456'));
  });

  test('of items that fail say how many', async () => {
    const document = 'query($inputs: [PickyInput!]!) { predict { pickyBatch(inputs: $inputs) { y } } }';
    const { id } = await sendTraced(server, document, { inputs: [{ x: 1 }, { x: -1 }, { x: 2 }] });
    const spans = await wholeTrace(receiver, id);
    const { attributes } = named(spans, 'predict picky');
    assert.deepEqual([attributes['inferql.rows'], attributes['inferql.rows.failed']], [3, 1]);
    // The call of all, and the halves that found the bad one.
    const outcomes = spans
      .filter(({ name }) => name === 'batch picky')
      .map((span) => span.attributes['inferql.outcome']);
    assert.ok(outcomes.includes('succeeded') && outcomes.includes('failed') && outcomes.length >= 3);
  });

  test('of input that is refused have no call', async () => {
    const { id, errors } = await sendTraced(
      server,
      '{ infer(input: { model: "echo", inputs: [] }) { outputs { name } } }',
    );
    assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT');
    const spans = await traceOf(receiver, id, 5);
    assert.deepEqual(named(spans, 'infer echo').status, { code: 2, message: 'BAD_USER_INPUT' });
    assert.ok(!spans.some(({ name }) => ['encode', 'queue', 'compute'].includes(name)));
  });

  for (const [what, body, status, code, count] of [
    ['cannot be parsed', '{"query": "{"}', 400, 'GRAPHQL_PARSE_FAILED', 3],
    ['asks for what there is not', '{"query": "{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED', 4],
    ['is no JSON', '{', 400, 'BAD_REQUEST', 1],
  ] as const) {
    test(`of a request that ${what} say so`, async () => {
      const id = random(32);
      const headers = { 'content-type': 'application/json', traceparent: `00-${id}-${callerSpan}-01` };
      const response = await fetch(server.graphqlUrl, { method: 'POST', headers, body });
      const { errors } = (await response.json()) as { errors: ClientError[] };
      assert.deepEqual(
        [response.status, errors[0]?.extensions.code, errors[0]?.extensions.traceId],
        [status, code, id],
      );
      const spans = await traceOf(receiver, id, count);
      const request = named(spans, 'POST /graphql');
      assert.equal(request.attributes['http.response.status_code'], status);
      assert.deepEqual(request.attributes['inferql.error_codes'], [code]);
      assert.equal(request.status.code, 0);
      const failed = spans.filter((span) => span.status.code === 2).map(({ name }) => name);
      const expected = count === 1 ? [] : count === 3 ? ['parse'] : ['validate'];
      assert.deepEqual(
        failed.filter((name) => name !== 'GraphQL Operation'),
        expected,
      );
    });
  }

  test('are not made of probes, nor of a path that the client made up more than its method', async () => {
    const base = server.graphqlUrl.replace('/graphql', '');
    const headers = { traceparent: `00-${random(32)}-${callerSpan}-01` };
    await fetch(`${base}/healthz`, { headers });
    const id = random(32);
    await fetch(`${base}/made-up?secret=secret`, { headers: { traceparent: `00-${id}-${callerSpan}-01` } });
    const [span] = await traceOf(receiver, id, 1);
    assert.deepEqual([span?.name, span?.attributes['http.response.status_code']], ['GET', 404]);
    assert.ok(!receiver.spans.some(({ attributes }) => attributes['http.route'] === '/healthz'));
    for (const body of receiver.bodies) assert.ok(!body.includes('made-up') && !body.includes('secret'));
  });

  test('are not recorded where the caller does not record, whose ids stand in errors all the same', async () => {
    const from = receiver.spans.length;
    const id = random(32);
    const headers = { traceparent: `00-${id}-${callerSpan}-00`, 'x-request-id': 'unsampled' };
    const { errors } = await query(server, '{ nothing }', {}, { headers });
    assert.equal(errors[0]?.extensions.traceId, id);
    assert.equal((await requestLine('unsampled'))['traceId'], id);
    // What comes after it has come, and nothing of it.
    const next = await sendTraced(server, oneEcho, { x: 3 });
    await traceOf(receiver, next.id, 7);
    assert.ok(receiver.spans.slice(from).every((span) => span.traceId !== id));
  });
});

describe('the end of a server that traces', () => {
  test('sends what was not sent yet', async (context) => {
    const receiver = await startOtlpReceiver(context);
    const models = await temporaryFolder(context, { 'echo/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const server = await startTraced(context, models, {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'flowers',
      OTEL_BSP_SCHEDULE_DELAY: '3600000',
    });
    const { id } = await sendTraced(server, oneEcho, { x: 1 });
    assert.equal(receiver.spans.length, 0);
    server.run.signal('SIGTERM');
    assert.equal((await server.run.ended).code, 0);
    const spans = receiver.spans.filter((span) => span.traceId === id);
    assert.equal(spans.length, 10);
    assert.equal(named(spans, 'batch echo').links[0]?.spanId, named(spans, 'compute').spanId);
    assert.equal(spans[0]?.resource['service.name'], 'flowers');
    assert.equal(receiver.headers[0]?.['content-type'], 'application/json');
    assert.equal(receiver.headers[0]?.['authorization'], 'secret');
  });

  test('of each of several processes does, and each says which it is', async (context) => {
    const receiver = await startOtlpReceiver(context);
    const models = await temporaryFolder(context, { 'echo/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const run = runCommand(context, [models, '--no-playground', '--watch', 'off', '--processes', '2'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const { url } = await run.line('listening');
    await run.line('all processes ready');
    const server = { graphqlUrl: `${String(url)}/graphql` };
    for (let sent = 0; sent < 8; sent += 1) {
      await query(server, oneEcho, { x: sent }, { headers: { connection: 'close' } });
    }
    run.signal('SIGTERM');
    assert.equal((await run.ended).code, 0);
    const requests = receiver.spans.filter(({ name }) => name === 'POST /graphql');
    assert.equal(requests.length, 8);
    const numbers = requests.map(({ resource }) => resource['inferql.process']);
    assert.ok(numbers.every((number) => number === 1 || number === 2));
    const told = run.lines.filter(({ message }) => message === 'request').map((line) => line['process']);
    const countOf = (all: readonly unknown[], wanted: number) => all.filter((number) => number === wanted).length;
    for (const number of [1, 2]) assert.equal(countOf(numbers, number), countOf(told, number));
  });
});

describe('a collector that does not take spans', () => {
  /** An address that nobody listens on. */
  async function freeAddress(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return `http://127.0.0.1:${port}`;
  }

  async function predictAndStop(context: TestScope, url: string): Promise<CommandRun> {
    const models = await temporaryFolder(context, { 'echo/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' };
    const server = await startTraced(context, models, environment);
    const results: ClientResult[] = [];
    for (let sent = 0; sent < 20; sent += 1) results.push(await query(server, oneEcho, { x: sent }));
    for (const { errors } of results) assert.deepEqual(errors, []);
    await server.run.line('traces cannot be sent');
    for (let sent = 0; sent < 20; sent += 1) await query(server, oneEcho, { x: sent });
    server.run.signal('SIGTERM');
    const { code, errors } = await server.run.ended;
    assert.deepEqual([code, errors], [0, '']);
    assert.equal(server.run.lines.at(-1)?.message, 'stopped');
    return server.run;
  }

  test('is told of once where nobody listens, and harms neither requests nor the end', async (context) => {
    const { lines } = await predictAndStop(context, await freeAddress());
    const told = lines.filter(({ message }) => message === 'traces cannot be sent');
    assert.equal(told.length, 1);
    assert.match(String(told[0]?.['error']), /ECONNREFUSED/);
  });

  test('is told of once where nobody answers', async (context) => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    context.after(async () => void silent.close());
    const { lines } = await predictAndStop(context, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    assert.equal(lines.filter(({ message }) => message === 'traces cannot be sent').length, 1);
  });

  test('is told of once where it refuses', async (context) => {
    const receiver = await startOtlpReceiver(context, 400);
    const { lines } = await predictAndStop(context, receiver.url);
    assert.equal(lines.filter(({ message }) => message === 'traces cannot be sent').length, 1);
  });
});

describe('a server that nobody asked for traces', () => {
  const models = (scope: TestScope) => temporaryFolder(scope, { 'echo/1/model.onnx': identityModel('FP32', ['N', 1]) });

  for (const [what, environment] of Object.entries({
    'with no variables': {},
    'with OTEL_SDK_DISABLED': { OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' },
    'with OTEL_TRACES_EXPORTER=none': {
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    },
  })) {
    test(`does not load OpenTelemetry, ${what}`, async (context) => {
      const server = await startTraced(context, await models(context), {
        ...environment,
        NODE_DEBUG: 'module',
      });
      await query(server, oneEcho, { x: 1 });
      server.run.signal('SIGTERM');
      const { errors } = await server.run.ended;
      assert.ok(errors.includes('graphql'), 'modules are told of');
      assert.ok(!errors.includes('@opentelemetry'));
    });
  }

  test('is told apart from one that was asked, which loads it', async (context) => {
    const receiver = await startOtlpReceiver(context);
    const { run } = await startTraced(context, await models(context), {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_DEBUG: 'module',
    });
    run.signal('SIGTERM');
    const { errors } = await run.ended;
    assert.ok(errors.includes('@opentelemetry'));
  });

  test('has the trace of its caller in its log and its errors', async (context) => {
    const { run, graphqlUrl } = await startTraced(context, await models(context), {});
    const headers = { traceparent: notSampled, 'x-request-id': 'foreign' };
    const { errors } = await query({ graphqlUrl }, '{ nothing }', {}, { headers });
    assert.equal(errors[0]?.extensions.traceId, traceId);
    const line = await run.until(({ message, requestId }) => message === 'request' && requestId === 'foreign');
    assert.deepEqual([line['traceId'], line['spanId']], [traceId, undefined]);
    const response = await fetch(graphqlUrl.replace('/graphql', '/nothing'), { headers });
    const refused = (await response.json()) as { errors: ClientError[] };
    assert.equal(refused.errors[0]?.extensions.traceId, traceId);
  });

  test('says that the address of a collector is none', async (context) => {
    const { run } = await startTraced(context, await models(context), { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' });
    const { hint } = await run.until(({ level, message }) => level === 'warn' && message === 'tracing');
    assert.match(String(hint), /Could not parse .*'collector'/);
  });

  test('says what it does not support', async (context) => {
    const { run } = await startTraced(context, await models(context), {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    const { level, hint } = await run.line('tracing');
    assert.equal(level, 'warn');
    assert.match(String(hint), /OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is not supported/);
  });
});
