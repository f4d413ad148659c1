import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { linesOf, runCommand, runStartScript } from '../helpers/command.ts';
import { shippedModels } from '../helpers/gateway.ts';
import { slowModel } from '../helpers/onnx-models.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
const prediction = JSON.stringify({
  query: 'query($input: IrisInput!) { predict { iris(input: $input) { label } } }',
  variables: { input: flower },
});

describe('a server that is told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal} answers what it has in hand, and ends with code 0`, async (context) => {
      const run = runCommand(context, [shippedModels]);
      const { url } = await run.line('listening');
      await run.line('ready');
      const connection = await connectRaw(String(url));
      const rest = await beginPost(connection, prediction);
      run.signal(signal);
      const { signal: logged } = await run.line('stopping');
      assert.equal(logged, signal);
      connection.write(rest);
      assert.match(await connection.closed, /200 OK[^]*\{"data":\{"predict":\{"iris":\{"label":"setosa"\}\}\}\}/);
      const { code, output, errors } = await run.ended;
      assert.equal(code, 0, errors);
      assert.equal(errors, '');
      assert.equal(linesOf(output).at(-1)?.message, 'stopped');
    });
  }

  test('by a signal to the shell of `npm start` stops too, and is not left behind', async (context) => {
    const run = runStartScript(context);
    await run.line('ready');
    run.signal('SIGTERM');
    const { code, output } = await run.ended;
    assert.equal(linesOf(output).at(-1)?.message, 'stopped');
    assert.equal(code, 0);
  });

  test('by the same signal twice, as npm hands on a Ctrl-C, does so once', async (context) => {
    const run = runCommand(context, [shippedModels]);
    await run.line('ready');
    run.signal('SIGINT');
    run.signal('SIGINT');
    const { code, output } = await run.ended;
    assert.equal(linesOf(output).filter(({ message }) => message === 'stopping').length, 1);
    assert.equal(code, 0);
  });

  test('finishes an inference that is running', async (context) => {
    const models = await temporaryFolder(context, { 'slow/1/model.onnx': slowModel({ iterations: 20_000 }) });
    const run = runCommand(context, [models]);
    const { url } = await run.line('listening');
    await run.line('ready');
    const connection = await connectRaw(String(url));
    const query = '{ predict { slow(input: { x: 7 }) { y } } }';
    connection.write(await beginPost(connection, JSON.stringify({ query })));
    // The answer to another request tells that the process has read what came before it.
    await fetch(`${String(url)}/healthz`);
    run.signal('SIGTERM');
    assert.match(await connection.closed, /\{"data":\{"predict":\{"slow":\{"y":7\}\}\}\}/);
    assert.equal((await run.ended).code, 0);
  });

  test('finishes what was begun, and refuses what comes after it on the same connection', async (context) => {
    const run = runCommand(context, [shippedModels]);
    const { url } = await run.line('listening');
    await run.line('ready');
    const connection = await connectRaw(String(url));
    const rest = await beginPost(connection, prediction);
    run.signal('SIGTERM');
    await run.line('stopping');
    connection.write(`${rest}GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: test\r\n\r\n`);
    const [, first, second] = (await connection.closed).split(/(?=HTTP\/1\.1 [25])/);
    assert.match(first ?? '', /^HTTP\/1\.1 200 OK[^]*"label":"setosa"/);
    assert.match(second ?? '', /^HTTP\/1\.1 503 [^]*"code":"SHUTTING_DOWN","retryable":true/);
    assert.equal((await run.ended).code, 0);
  });

  test('serves on for the delay, and says at once that it is not ready', async (context) => {
    const run = runCommand(context, [shippedModels], { INFERQL_SHUTDOWN_DELAY_MS: '3000' });
    const url = String((await run.line('listening'))['url']);
    await run.line('ready');
    run.signal('SIGTERM');
    await run.line('stopping');
    const probe = await fetch(`${url}/readyz`);
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: prediction,
    });
    assert.deepEqual([probe.status, ((await probe.json()) as { status: string }).status], [503, 'stopping']);
    assert.deepEqual(await answer.json(), { data: { predict: { iris: { label: 'setosa' } } } });
    assert.equal((await run.ended).code, 0);
  });

  test('cuts off, after the grace period, what does not finish', async (context) => {
    const run = runCommand(context, [shippedModels], { INFERQL_SHUTDOWN_GRACE_MS: '50' });
    const { url } = await run.line('listening');
    await run.line('ready');
    const connection = await connectRaw(String(url));
    await beginPost(connection, prediction);
    run.signal('SIGTERM');
    assert.equal(await connection.closed, 'HTTP/1.1 100 Continue\r\n\r\n');
    const { code, output } = await run.ended;
    assert.equal(code, 0);
    const request = linesOf(output).find(({ message }) => message === 'request');
    assert.equal(request?.['aborted'], true);
  });
});

describe('a server that cannot start', () => {
  test('since the port is taken, says so in one line and ends with code 1', async (context) => {
    const taken = createServer().listen(0, '127.0.0.1');
    context.after(async () => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, errors } = await runCommand(context, [shippedModels, '--port', String(port)]).ended;
    assert.equal(code, 1);
    assert.match(
      errors,
      new RegExp(`^inferql: [^\\n]*EADDRINUSE[^\\n]*:${port}\\. Set [^\\n]* --port, or HOST and PORT\\.\\n$`),
    );
  });

  test('since there is no such folder, says so in one line and ends with code 1', async (context) => {
    const models = join(await temporaryFolder(context), 'nowhere');
    const { code, errors } = await runCommand(context, [models]).ended;
    assert.equal(code, 1);
    assert.match(
      errors,
      /^inferql: The model repository [^\n]*nowhere cannot be read \(ENOENT\)\. Give the folder[^\n]*\n$/,
    );
  });

  for (const [what, commandArguments, message] of [
    ['an unknown option', ['--prot', '4000'], /unknown option '--prot'[^]*--port/],
    ['an unknown argument', ['serve', 'models', 'more'], /too many arguments/],
    ['an option without its value', ['--port'], /'--port <value>' argument missing/],
    ['a value that does not fit', ['--port', '70000'], /^inferql: option --port: .*65535.*\(got "70000"\)\n$/],
    ['a value that is no number', ['--max-depth', 'deep'], /^inferql: option --max-depth: .*\(got "deep"\)\n$/],
  ] as const) {
    test(`since it is given ${what}, names it and ends with code 2`, async (context) => {
      const { code, errors, output } = await runCommand(context, commandArguments).ended;
      assert.match(errors, message);
      assert.equal(code, 2);
      assert.equal(output, '');
    });
  }

  test('since a variable does not fit, names it and its value and ends with code 2', async (context) => {
    const { code, errors } = await runCommand(context, [], { INFERQL_LOG_LEVEL: 'loud' }).ended;
    assert.match(
      errors,
      /^inferql: environment variable INFERQL_LOG_LEVEL: .*"error"\|"warn"\|"info"\|"debug".*\(got "loud"\)\n$/,
    );
    assert.equal(code, 2);
  });
});

describe('the command line', () => {
  test('takes for `schema` only what that uses', async (context) => {
    const help = await runCommand(context, ['schema', '--help']).ended;
    for (const flag of ['--models', '--parallel-loads']) assert.ok(help.output.includes(flag), flag);
    const { code, errors } = await runCommand(context, ['schema', '--port', '1']).ended;
    assert.equal(code, 2);
    assert.match(errors, /unknown option '--port'/);
  });

  for (const commandArguments of [['--help'], ['serve', '--help']]) {
    test(`prints every setting for \`${commandArguments.join(' ')}\` and ends with code 0`, async (context) => {
      const { code, output, errors } = await runCommand(context, commandArguments).ended;
      assert.equal(code, 0, errors);
      for (const word of ['--port', 'INFERQL_MODELS', '--no-playground']) assert.ok(output.includes(word), word);
    });
  }

  test('prints its version and ends with code 0', async (context) => {
    const { code, output } = await runCommand(context, ['--version']).ended;
    assert.equal(code, 0);
    assert.match(output, /^\d+\.\d+\.\d+\n$/);
  });
});
