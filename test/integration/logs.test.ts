import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { linesOf, runCommand } from '../helpers/command.ts';
import { post, query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { waitForLine, type LogLine } from '../helpers/log.ts';
import { failsOnNegativeModel, identityModel, pacedModel } from '../helpers/onnx-models.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };

describe('the log line of a request', async () => {
  const gateway = await startTestGateway({ after }, shippedModels);

  /** The one line of a request, which is sent under an id of its own. */
  async function lineOf(requestId: string, body: string): Promise<LogLine> {
    await post(gateway, body, { headers: { 'x-request-id': requestId } });
    const isMeant = (line: LogLine) => line.message === 'request' && line['requestId'] === requestId;
    await waitForLine(gateway.log, isMeant);
    const [line, ...others] = gateway.log.filter(isMeant);
    assert.ok(line !== undefined);
    assert.deepEqual(others, []);
    return line;
  }

  test('tells id, operation, document, status, duration, models and rows', async () => {
    const document = `query Flowers($inputs: [IrisInput!]!, $input: DiabetesInput!) {
      predict { irisBatch(inputs: $inputs) { label } diabetes(input: $input) { value } }
    }`;
    const input = { age: 0, sex: 0, bmi: 0, bp: 0, s1: 0, s2: 0, s3: 0, s4: 0, s5: 0, s6: 0 };
    const variables = { inputs: [flower, flower, flower], input };
    const line = await lineOf('one-line', JSON.stringify({ query: document, variables }));
    const { timestamp, durationMs, ...rest } = line;
    assert.deepEqual(rest, {
      level: 'info',
      message: 'request',
      requestId: 'one-line',
      method: 'POST',
      route: '/graphql',
      status: 200,
      operations: 1,
      operationName: 'Flowers',
      documentHash: createHash('sha256').update(document).digest('hex'),
      models: ['iris', 'diabetes'],
      rows: 4,
      cost: 5,
    });
    assert.ok(typeof durationMs === 'number' && durationMs > 0);
    assert.ok(Math.abs(Date.parse(String(timestamp)) - Date.now()) < 60_000);
  });

  test('is one for an array of operations', async () => {
    const operation = {
      query: 'query Iris($input: IrisInput!) { predict { iris(input: $input) { label } } }',
      variables: { input: flower },
    };
    const line = await lineOf('array', JSON.stringify([operation, operation, operation]));
    assert.deepEqual([line['operations'], line['rows'], line['models']], [3, 3, ['iris']]);
  });

  test('tells the codes of what went wrong, each once', async () => {
    const bad = { ...flower, sepalLength: 99 };
    const document = 'query($inputs: [IrisInput!]!) { predict { irisBatch(inputs: $inputs) { label } } }';
    const line = await lineOf('bad-rows', JSON.stringify({ query: document, variables: { inputs: [bad, bad] } }));
    assert.deepEqual([line['status'], line['errorCodes']], [200, ['BAD_USER_INPUT']]);
  });

  for (const [what, body, status, code] of [
    ['no JSON', '{', 400, 'BAD_REQUEST'],
    ['no GraphQL', '{"query": "{"}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{"query": "{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many operations', JSON.stringify(Array.from({ length: 101 }, () => ({}))), 400, 'BATCH_TOO_LARGE'],
  ] as const) {
    test(`is there for a body that has ${what}`, async () => {
      const line = await lineOf(what.replaceAll(' ', '-'), body);
      assert.deepEqual([line['status'], line['errorCodes']], [status, [code]]);
    });
  }

  test('cuts the name of an operation that is long', async () => {
    const line = await lineOf('long-name', JSON.stringify({ query: `query ${'x'.repeat(10_000)} { __typename }` }));
    assert.equal(String(line['operationName']).length, 200);
  });

  test('says that the client left', async () => {
    const from = gateway.log.length;
    const connection = await connectRaw(gateway.url);
    await beginPost(connection, JSON.stringify({ query: '{ __typename }' }));
    connection.destroy();
    const line = await waitForLine(gateway.log, ({ message }) => message === 'request', from);
    assert.equal(line['aborted'], true);
  });

  test('of a probe is a debug line while all is well', async () => {
    const from = gateway.log.length;
    await fetch(`${gateway.url}/healthz`);
    const line = await waitForLine(gateway.log, ({ message }) => message === 'request', from);
    assert.deepEqual([line.level, line['route'], line['status']], ['debug', '/healthz', 200]);
  });

  test('of a path that there is not is written, without the path', async () => {
    const from = gateway.log.length;
    await fetch(`${gateway.url}/secret?token=secret`);
    const line = await waitForLine(gateway.log, ({ message }) => message === 'request', from);
    assert.deepEqual([line.level, line['route'], line['status']], ['info', null, 404]);
    assert.ok(!JSON.stringify(line).includes('secret'));
  });
});

describe('a log of samples', async () => {
  const gateway = await startTestGateway({ after }, shippedModels, { logSampling: 3 });
  const isRequest = (line: LogLine) => line.message === 'request' && line['route'] === '/graphql';

  test('has a line for one of so many requests that went well, and for each that did not', async () => {
    const ids = Array.from({ length: 9 }, (_, index) => `well-${index + 1}`);
    for (const id of ids) await query(gateway, '{ __typename }', {}, { headers: { 'x-request-id': id } });
    for (const id of ['bad-1', 'bad-2']) {
      await query(gateway, '{ nothing }', {}, { headers: { 'x-request-id': id } });
    }
    await waitForLine(gateway.log, (line) => line['requestId'] === 'bad-2');
    assert.deepEqual(
      gateway.log.filter(isRequest).map((line) => [line['requestId'], line['sampling']]),
      [
        ['well-3', 3],
        ['well-6', 3],
        ['well-9', 3],
        ['bad-1', undefined],
        ['bad-2', undefined],
      ],
    );
  });
});

describe('a slow prediction', async () => {
  const models = await temporaryFolder({ after }, { 'paced/1/model.onnx': pacedModel() });
  const isSlow = (line: LogLine) => line.message === 'slow prediction';
  const ask = (iterations: number, id: string, headers: Record<string, string> = {}) =>
    query(
      { graphqlUrl },
      `{ predict { paced(input: { x: 1, iterations: ${iterations} }) { y meta { computeMs } } } }`,
      {},
      {
        headers: { 'x-request-id': id, ...headers },
      },
    );
  const afterMs = 50;
  const gateway = await startTestGateway({ after }, models, { slowPredictionMs: afterMs });
  const { graphqlUrl } = gateway;

  test('is warned of, with where its time went', async () => {
    await ask(0, 'quick');
    const { data } = await ask(20_000, 'slow');
    const { computeMs } = data.predict.paced.meta as { computeMs: number };
    assert.ok(computeMs > afterMs, 'It was not slow.');
    const line = await waitForLine(gateway.log, (each) => isSlow(each) && each['requestId'] === 'slow');
    const { timestamp: _, durationMs, preparingMs, queuedMs, computingMs, decodingMs, ...rest } = line;
    assert.deepEqual(rest, {
      level: 'warn',
      message: 'slow prediction',
      requestId: 'slow',
      model: 'paced',
      version: 1,
      rows: 1,
      outcome: 'success',
      batchSize: 1,
    });
    assert.ok(Math.abs(Number(computingMs) - computeMs) < 0.01);
    const parts = [preparingMs, queuedMs, computingMs, decodingMs].map(Number);
    assert.ok(parts.every((part) => part >= 0));
    assert.ok(parts.reduce((sum, part) => sum + part, 0) <= Number(durationMs) + 0.03, JSON.stringify(line));
    const others = gateway.log.filter((each) => isSlow(each) && each !== line);
    // On a machine that is busy a quick one may take as long.
    for (const each of others) assert.ok(Number(each['durationMs']) >= afterMs, JSON.stringify(each));
    assert.ok(others.length <= 1);
  });

  test('that was not answered is warned of with its code', async () => {
    const from = gateway.log.length;
    const { errors } = await ask(100_000, 'late', { 'x-request-timeout-ms': '100' });
    assert.equal(errors[0]?.extensions.code, 'DEADLINE_EXCEEDED');
    const { outcome, computingMs, requestId } = await waitForLine(gateway.log, isSlow, from);
    assert.deepEqual([requestId, outcome, computingMs], ['late', 'DEADLINE_EXCEEDED', undefined]);
  });

  test('is none where none are to be told of', async (context) => {
    const silent = await startTestGateway(context, models, { slowPredictionMs: 0 });
    await query(silent, '{ predict { paced(input: { x: 1, iterations: 20000 }) { y } } }');
    assert.deepEqual(silent.log.filter(isSlow), []);
  });
});

describe('a log with a file', () => {
  test('is written to both', async (context) => {
    const folder = await temporaryFolder(context, {});
    const models = await temporaryFolder(context, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const path = join(folder, 'logs', 'inferql.log');
    const run = runCommand(context, [models, '--log-file', path]);
    await run.line('ready');
    run.signal('SIGTERM');
    const { code, output } = await run.ended;
    assert.equal(code, 0);
    assert.equal(await readFile(path, 'utf8'), output);
  });

  test('of several processes has a file for each', async (context) => {
    const folder = await temporaryFolder(context, {});
    const models = await temporaryFolder(context, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
    const run = runCommand(context, [models, '--processes', '2', '--log-file', join(folder, 'a.log')]);
    await run.line('all processes ready');
    run.signal('SIGTERM');
    assert.equal((await run.ended).code, 0);
    const files = (await readdir(folder)).toSorted();
    assert.deepEqual(files, ['a-process1-.log', 'a-process2-.log', 'a.log']);
    for (const [index, file] of files.entries()) {
      const lines = linesOf(await readFile(join(folder, file), 'utf8'));
      assert.equal(lines.at(-1)?.message, 'stopped');
      assert.equal(lines.at(-1)?.['process'], [1, 2, undefined][index]);
    }
  });

  test('that cannot be written is told of, and nothing is started', async (context) => {
    const folder = await temporaryFolder(context, { taken: Buffer.from('') });
    const { code, output, errors } = await runCommand(context, ['--log-file', join(folder, 'taken', 'a.log')]).ended;
    assert.equal(code, 2);
    assert.equal(output, '');
    assert.match(errors, /^inferql: option --log-file: the file cannot be written: (EEXIST|ENOTDIR)/);
  });
});

describe('inputs and variables', async () => {
  const canary = 'canary-5e1f';
  const models = await temporaryFolder(
    { after },
    {
      'echo/1/model.onnx': identityModel('BYTES', ['N', 1]),
      'picky/1/model.onnx': failsOnNegativeModel(),
    },
  );
  const gateway = await startTestGateway({ after }, models);
  const tensor = { name: 'x', datatype: 'BYTES', shape: [1, 1], values: [[canary]] };
  const inferDocument = 'query($input: InferInput!) { infer(input: $input) { outputs { values } } }';
  const echo = 'query($input: EchoInput!) { predict { echo(input: $input) { y } } }';
  const preflight = { 'apollo-require-preflight': 'yes' };
  const search = (parameters: Record<string, string>) =>
    `${gateway.graphqlUrl}?${new URLSearchParams(parameters).toString()}`;

  const requests: Readonly<Record<string, () => Promise<unknown>>> = {
    'a variable that is answered': () => query(gateway, echo, { input: { x: canary } }),
    'a literal that is answered': () => query(gateway, `{ predict { echo(input: { x: "${canary}" }) { y } } }`),
    'a tensor that is answered': () => query(gateway, inferDocument, { input: { model: 'echo', inputs: [tensor] } }),
    'a variable that nothing uses': () => query(gateway, '{ __typename }', { unused: canary }),
    'a variable of the wrong type': () => query(gateway, echo, { input: canary }),
    'a variable with an unknown key': () => query(gateway, echo, { input: { [canary]: canary } }),
    'a literal of the wrong type': () => query(gateway, `{ predict { echo(input: "${canary}") { y } } }`),
    'a field that is not there': () => query(gateway, '{ canary_5e1f }'),
    'a tensor of the wrong datatype': () =>
      query(gateway, inferDocument, { input: { model: 'picky', inputs: [tensor] } }),
    'a tensor with a value that does not fit': () =>
      query(gateway, inferDocument, { input: { model: 'picky', inputs: [{ ...tensor, datatype: 'FP32' }] } }),
    'a tensor of base64 that is none': () =>
      query(gateway, inferDocument, {
        input: { model: 'picky', inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], base64: `!${canary}` }] },
      }),
    'a tensor of an unknown name': () =>
      query(gateway, inferDocument, { input: { model: 'echo', inputs: [{ ...tensor, name: canary }] } }),
    'an unknown model': () => query(gateway, inferDocument, { input: { model: canary, inputs: [] } }),
    'an unknown version': () =>
      query(gateway, inferDocument, { input: { model: 'echo', version: canary, inputs: [tensor] } }),
    'an unknown output': () =>
      query(gateway, inferDocument, { input: { model: 'echo', inputs: [tensor], outputs: [canary] } }),
    'an unknown operation name': () =>
      post(gateway, JSON.stringify({ query: 'query a { __typename }', operationName: canary })),
    'a persisted query': () =>
      post(gateway, JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: canary } } })),
    'a persisted query with its text': () =>
      post(
        gateway,
        JSON.stringify({ query: `{ ${canary} }`, extensions: { persistedQuery: { version: 1, sha256Hash: canary } } }),
      ),
    'a body that is no JSON': () => post(gateway, `{"query": ${canary}`),
    'a body of another type': () => post(gateway, canary, { headers: { 'content-type': canary } }),
    'a syntax error': () => query(gateway, `{ "${canary}" }`),
    'a URL': () =>
      fetch(search({ query: echo, variables: JSON.stringify({ input: { x: canary } }) }), { headers: preflight }),
    'a URL that is refused': () => fetch(search({ query: echo, variables: canary })),
    'a path': () => fetch(`${gateway.url}/${canary}`),
    'a header': () =>
      query(gateway, '{ __typename }', {}, { headers: { authorization: canary, 'x-request-id': `${canary}!` } }),
    'a method': () => fetch(`${gateway.graphqlUrl}/${canary}`, { method: 'DELETE', body: canary }),
  };

  for (const [where, send] of Object.entries(requests)) {
    test(`in ${where} are never logged`, async () => {
      const from = gateway.log.length;
      await send();
      await waitForLine(gateway.log, ({ message }) => message === 'request', from);
      const telling = gateway.log.filter((line) => /canary|5e1f/.test(JSON.stringify(line)));
      assert.deepEqual(telling, []);
    });
  }

  test('that a model fails on are never logged', async () => {
    const from = gateway.log.length;
    const { errors } = await query(gateway, '{ predict { picky(input: { x: -12345.5 }) { y } } }');
    assert.equal(errors[0]?.extensions.code, 'INFERENCE_FAILED');
    await waitForLine(gateway.log, ({ message }) => message === 'request', from);
    assert.ok(!JSON.stringify(gateway.log).includes('12345.5'));
  });

  test('of all those requests caused no fault', () => {
    assert.deepEqual(
      gateway.log.filter(({ level }) => level === 'error'),
      [],
    );
  });
});

describe('the log of a life', () => {
  test('tells of listening, of each version, of readiness and of the end', async (context) => {
    const models = await temporaryFolder(context, {
      'sound/1/model.onnx': identityModel(),
      'broken/1/model.onnx': 'no model at all',
      'empty/README.md': 'A folder without a version.',
    });
    const gateway = await startTestGateway(context, models);
    await gateway.stop();
    await waitForLine(gateway.log, ({ message }) => message === 'stopped');
    const { log } = gateway;

    const phases = log.filter((line) => line.message === 'version' && line['model'] === 'sound');
    assert.deepEqual(
      phases.map(({ level, phase, version }) => [level, phase, version]),
      [
        ['debug', 'DISCOVERED', 1],
        ['debug', 'VERIFYING', 1],
        ['debug', 'LOADING', 1],
        ['debug', 'WARMING', 1],
        ['info', 'READY', 1],
        ['debug', 'DRAINING', 1],
        ['debug', 'UNLOADED', 1],
      ],
    );
    const failed = log.find((line) => line['phase'] === 'FAILED');
    assert.deepEqual([failed?.level, failed?.['model'], typeof failed?.['reason']], ['warn', 'broken', 'string']);
    const problem = log.find((line) => line.message === 'model');
    assert.deepEqual([problem?.level, problem?.['model']], ['warn', 'empty']);

    const listening = log.find(({ message }) => message === 'listening');
    assert.deepEqual([listening?.level, listening?.['url']], ['info', gateway.url]);
    const ready = log.find(({ message }) => message === 'ready');
    assert.deepEqual([ready?.level, ready?.['ready'], ready?.['failed']], ['info', ['sound'], ['broken', 'empty']]);
    assert.equal(log.at(-1)?.message, 'stopped');
    for (const line of log) assert.match(String(line['timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});
