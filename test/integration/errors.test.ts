import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { connect } from 'node:net';
import { after, describe, test, type TestContext } from 'node:test';
import { compileOptions } from '../../src/config/options.ts';
import { GatewayError } from '../../src/errors.ts';
import { createApollo } from '../../src/graphql/apollo.ts';
import type { GraphQLServices } from '../../src/graphql/context.ts';
import { GeneratedParts } from '../../src/graphql/generated-part.ts';
import { LiveSchema } from '../../src/graphql/live-schema.ts';
import { ServedSchemas } from '../../src/graphql/served-schemas.ts';
import { buildStaticSchema } from '../../src/graphql/static-schema.ts';
import { EventHistory } from '../../src/repository/event-history.ts';
import { registerGraphQLEndpoint } from '../../src/http/graphql-endpoint.ts';
import type { RequestScope } from '../../src/http/request-scope.ts';
import { requestLog } from '../../src/http/request-log.ts';
import { callerTraces } from '../../src/observability/tracing/caller-traces.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { RequestRecorder } from '../../src/observability/metrics/request-recorder.ts';
import { readAnswer } from '../helpers/error-form.ts';
import { post, startTestGateway } from '../helpers/gateway.ts';
import { recordLog, waitForLine } from '../helpers/log.ts';
import { failsOnNegativeModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('a model that fails on some inputs', async () => {
  const models = await temporaryFolder({ after }, { 'x/1/model.onnx': failsOnNegativeModel() });
  const gateway = await startTestGateway({ after }, models);
  const send = async (query: string, variables: object) =>
    readAnswer(await post(gateway, JSON.stringify({ query, variables })));

  test('fails the bad item alone, at its place in the list', async () => {
    const document = 'query($inputs: [XInput!]!) { predict { xBatch(inputs: $inputs) { y } } }';
    const { data, errors, status } = await send(document, { inputs: [{ x: 1 }, { x: -1 }, { x: 3 }] });
    assert.equal(status, 200);
    assert.deepEqual(data, { predict: { xBatch: [{ y: 2 }, null, { y: 6 }] } });
    assert.equal(errors.length, 1);
    assert.deepEqual(errors[0]?.path, ['predict', 'xBatch', 1]);
    const { code, retryable, model, version } = errors[0].extensions;
    assert.deepEqual(
      { code, retryable, model, version },
      { code: 'INFERENCE_FAILED', retryable: false, model: 'x', version: '1' },
    );
    assert.match(errors[0].message, /^The model failed on these inputs: .*out of data bounds/);
  });

  test('fails the bad alias alone, and the others share a call', async () => {
    const document =
      '{ predict { a: x(input: { x: 1 }) { y } b: x(input: { x: -1 }) { y } c: x(input: { x: 3 }) { y } } }';
    const { data, errors } = await send(document, {});
    assert.deepEqual(data, { predict: { a: { y: 2 }, b: null, c: { y: 6 } } });
    assert.deepEqual(
      errors.map(({ path, extensions }) => [path, extensions.code]),
      [[['predict', 'b'], 'INFERENCE_FAILED']],
    );
  });

  test('fails the bad client alone, of many at once', async () => {
    const document = 'query($x: Float!) { predict { x(input: { x: $x }) { y } } }';
    const numbers = Array.from({ length: 20 }, (_, index) => (index % 5 === 4 ? -index : index));
    const answers = await Promise.all(numbers.map((x) => send(document, { x })));
    for (const [index, { data, errors }] of answers.entries()) {
      const x = numbers[index] ?? 0;
      assert.deepEqual(data, { predict: { x: x < 0 ? null : { y: 2 * x } } });
      assert.deepEqual(
        errors.map(({ extensions }) => extensions.code),
        x < 0 ? ['INFERENCE_FAILED'] : [],
      );
    }
  });

  test('fails a raw inference as a whole, with the row that it failed on', async () => {
    const document = 'query($input: InferInput!) { infer(input: $input) { outputs { values } } }';
    const tensor = { name: 'x', datatype: 'FP32', shape: [3, 1], values: [1, -1, 3] };
    const { data, errors } = await send(document, { input: { model: 'x', inputs: [tensor] } });
    assert.deepEqual(data, { infer: null });
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.extensions.code, 'INFERENCE_FAILED');
    assert.match(errors[0].message, /^Row 1: /);
  });

  test('is no fault of the server', () => {
    assert.deepEqual(
      gateway.log.filter(({ level }) => level === 'error' || level === 'warn'),
      [],
    );
  });
});

/** The HTTP and GraphQL of the gateway, in front of services that someone broke. */
async function startBroken(context: Pick<TestContext, 'after'>, broken: Partial<GraphQLServices>) {
  const { logger, lines } = recordLog();
  const options = compileOptions({ port: 0 }, {});
  const scopes = new AsyncLocalStorage<RequestScope>();
  const base = buildStaticSchema();
  const liveSchema = new LiveSchema(
    base,
    new GeneratedParts(base),
    () => new Map(),
    (error) => assert.fail(String(error)),
  );
  const schemas = new ServedSchemas({
    liveSchema,
    history: new EventHistory(1),
    makeApollo: (parts) =>
      createApollo({
        ...parts,
        limits: options.limits,
        logger,
        recorder: new RequestRecorder(),
        scope: () => scopes.getStore(),
        plugins: [],
      }),
  });
  const app = createHttpServer({
    maxBodyBytes: options.limits.maxBodyBytes,
    logger,
    recorder: new RequestRecorder(),
    logRequest: requestLog(logger, 1),
    tracer: callerTraces,
    shutdownGraceMs: options.shutdownGraceMs,
  });
  const healthy = { options, settled: () => true, softwareVersion: '0', startedAt: new Date(), backends: [] };
  const services = Object.defineProperties(
    { ...healthy },
    Object.getOwnPropertyDescriptors(broken),
  ) as unknown as GraphQLServices;
  const { maxConcurrentRequests } = options;
  const parts = { schemas, services, maxConcurrentRequests, scopes };
  registerGraphQLEndpoint(app, { ...parts, authenticator: null });
  await schemas.start();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  context.after(async () => {
    await app.close();
    await schemas.stop();
  });
  return { graphqlUrl: `${url}/graphql`, lines };
}

describe('a fault of the server', () => {
  const root = new Error('the house is on fire');
  const cause = new Error('the disk is on fire', { cause: root });
  const fault = new TypeError('secret of /srv/models at line.ts:12', { cause });

  test('in a resolver is masked, and logged once with its stack under the id that the client sees', async (context) => {
    const gateway = await startBroken(context, {
      settled: () => {
        throw fault;
      },
    });
    const body = JSON.stringify({ query: '{ server { ready } }' });
    const answer = await readAnswer(await post(gateway, body, { headers: { 'x-request-id': 'of-the-client' } }));
    assert.doesNotMatch(answer.text, /secret|srv|fire/);
    assert.deepEqual(
      answer.errors.map(({ message, path, extensions }) => ({ message, path, extensions })),
      [
        {
          message: 'The server failed on this request; its log says more under the request id.',
          path: ['server', 'ready'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'of-the-client' },
        },
      ],
    );
    await waitForLine(gateway.lines, ({ message }) => message === 'request');
    const faults = gateway.lines.filter(({ level }) => level === 'error');
    assert.equal(faults.length, 1);
    assert.equal(faults[0]?.['requestId'], 'of-the-client');
    assert.equal(faults[0]['error'], fault.message);
    assert.equal(faults[0]['stack'], fault.stack);
    assert.equal(faults[0]['cause'], `${cause.stack}\ncaused by ${root.stack}`);
  });

  test('that many fields share is logged once, and each field has its error', async (context) => {
    const gateway = await startBroken(context, {
      settled: () => {
        throw new GatewayError('INTERNAL_SERVER_ERROR', 'one of many', { cause });
      },
    });
    const body = JSON.stringify([{ query: '{ a: server { ready } }' }, { query: '{ b: server { ready } }' }]);
    const results = (await (await post(gateway, body)).json()) as { errors: { extensions: { code: string } }[] }[];
    assert.deepEqual(
      results.map(({ errors }) => errors.map(({ extensions }) => extensions.code)),
      [['INTERNAL_SERVER_ERROR'], ['INTERNAL_SERVER_ERROR']],
    );
    await waitForLine(gateway.lines, ({ message }) => message === 'request');
    assert.equal(gateway.lines.filter(({ level }) => level === 'error').length, 1);
  });

  for (const [what, thrown] of [
    ['outside of GraphQL', fault],
    [
      'that is an error of ours, outside of GraphQL,',
      new GatewayError('INTERNAL_SERVER_ERROR', fault.message, { cause }),
    ],
  ] as const) {
    test(`${what} has the same form, and status 500`, async (context) => {
      const { lines, graphqlUrl } = await startBroken(context, {
        get options(): never {
          throw thrown;
        },
      });
      const answer = await readAnswer(await post({ graphqlUrl }, '{}'));
      assert.equal(answer.status, 500);
      assert.deepEqual(
        answer.errors.map(({ extensions }) => extensions.code),
        ['INTERNAL_SERVER_ERROR'],
      );
      assert.doesNotMatch(answer.text, /secret|srv|fire/);
      await waitForLine(lines, ({ message }) => message === 'request');
      const faults = lines.filter(({ level }) => level === 'error');
      assert.deepEqual(
        faults.map((line) => [line['requestId'], line['stack'], line['cause']]),
        [[answer.errors[0]?.extensions.requestId, thrown.stack, `${cause.stack}\ncaused by ${root.stack}`]],
      );
    });
  }
});

describe('the id of a request', () => {
  const body = JSON.stringify({ query: '{ nothing }' });

  for (const id of ['a', '0d4f0bb2-6f0c-4f0e-9a55-1f2f5a1c7f6a', 'trace:1.2_3-4', 'x'.repeat(128)]) {
    test(`is the client's, where it is ${id.slice(0, 40)}`, async (context) => {
      const gateway = await startBroken(context, {});
      const { headers, errors } = await readAnswer(await post(gateway, body, { headers: { 'x-request-id': id } }));
      assert.equal(headers.get('x-request-id'), id);
      assert.equal(errors[0]?.extensions.requestId, id);
      const line = await waitForLine(gateway.lines, ({ message }) => message === 'request');
      assert.equal(line['requestId'], id);
    });
  }

  const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
  const unusable: readonly (readonly [what: string, lines: readonly string[]])[] = [
    ['it gives none', []],
    ['it is empty', ['x-request-id:']],
    ['it is too long', [`x-request-id: ${'x'.repeat(129)}`]],
    ['it has a space', ['x-request-id: a b']],
    ['it has a control character', ['x-request-id: a\tb']],
    ['it would end a line of a log', ['x-request-id: a"}\u00e9']],
    ['it gives two', ['x-request-id: a', 'x-request-id: b']],
  ];
  for (const [what, lines] of unusable) {
    test(`is a new one, where ${what}`, async (context) => {
      const { graphqlUrl } = await startBroken(context, {});
      const { hostname, port } = new URL(graphqlUrl);
      const head = ['POST /graphql HTTP/1.1', 'host: a', 'connection: close', 'content-type: application/json'];
      const request = [...head, `content-length: ${body.length}`, ...lines, '', body].join('\r\n');
      const answer = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(request, 'latin1'));
        socket.on('data', (chunk) => (text += chunk.toString())).on('error', reject);
        socket.on('close', () => resolve(text));
      });
      const inHeader = /^x-request-id: (.*)\r$/im.exec(answer)?.[1] ?? '';
      const inError = /"requestId":"([^"]*)"/.exec(answer)?.[1] ?? '';
      assert.match(inHeader, uuid);
      assert.equal(inError, inHeader);
    });
  }
});
