import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { linesOf, runCommand, type CommandRun } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { shippedModels } from '../helpers/gateway.ts';
import { addingVersion, liveFolder, type Files } from '../helpers/live-folder.ts';
import type { LogLine } from '../helpers/log.ts';
import { scrape, type ScrapedMetrics } from '../helpers/metrics.ts';
import { affineModel } from '../helpers/onnx-models.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const timeout = 120_000;

/** Sends a request on a connection of its own, so that the processes take turns. */
async function send(url: string, method: 'GET' | 'POST', body?: object): Promise<{ status: number; body: any }> {
  const sent = request(url, { method, agent: false, headers: { 'content-type': 'application/json' } });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, body: await json(response) };
}

/** Several processes that serve one folder, all of them ready. */
async function startProcesses(context: TestContext, models: string, total = 2, flags: readonly string[] = []) {
  const run = runCommand(context, [models, '--processes', String(total), ...flags]);
  const url = String((await run.line('listening'))['url']);
  await run.line('all processes ready');
  const ask = async (document: string): Promise<any> =>
    (await send(`${url}/graphql`, 'POST', { query: document })).body;
  return {
    run,
    url,
    ask,
    ready: () => send(`${url}/readyz`, 'GET'),
    /** What each process answers, by its number. */
    askEach: async (document: string): Promise<any[]> => {
      const answers = new Map<number, any>();
      await eventually(
        async () => {
          const { data } = await ask(`{ server { processes { answering } } ${document} }`);
          answers.set(data.server.processes.answering, data);
          return answers.size;
        },
        (size) => size === total,
      );
      return [...answers].toSorted(([a], [b]) => a - b).map(([, { server: _server, ...data }]) => data);
    },
    /** Kills the process of a number, and waits until another one has taken its place. */
    replace: async (number: number, signal: NodeJS.Signals): Promise<LogLine> => {
      const from = run.lines.length;
      process.kill(pidOf(run, number), signal);
      const ended = await run.until(({ message }) => message === 'process ended', from);
      await run.until(({ message }) => message === 'all processes ready', from);
      return ended;
    },
  };
}

/** The system's number of the process that has a number now. */
function pidOf(run: CommandRun, number: number): number {
  const line = run.lines.findLast((each) => each.message === 'process started' && each['process'] === number);
  return Number(line?.['pid']);
}

/** Waits until no process that was started for a run is there any more: an orphan is there until the system has taken note. */
async function allGone(run: CommandRun): Promise<void> {
  const pids = run.lines.filter(({ message }) => message === 'process started').map((line) => Number(line['pid']));
  assert.ok(pids.length > 0);
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await eventually(
    async () => pids.filter(isThere),
    (there) => there.length === 0,
  );
}

const adding = (version: number): Files =>
  Object.fromEntries(Object.entries(addingVersion(version)).map(([name, file]) => [`m/${version}/${name}`, file]));

describe('two processes', () => {
  test('count together what a caller asks for', { timeout }, async (context) => {
    const models = await temporaryFolder(context, { 'm/1/model.onnx': affineModel({ width: 1 }) });
    const { ask } = await startProcesses(context, models, 2, ['--rate-limit-cost', '10']);
    const answering = new Map<number, number>();
    for (let paid = 0; paid < 10; paid += 1) {
      const { data } = await ask('{ server { processes { answering } } }');
      const { answering: number } = data.server.processes;
      answering.set(number, (answering.get(number) ?? 0) + 1);
    }
    assert.equal(answering.size, 2);
    const refused = await ask('{ server { ready } }');
    assert.equal(refused.errors[0].extensions.code, 'RATE_LIMITED');
    assert.equal(refused.errors[0].extensions.details.remaining, 0);
  });

  test(
    'count as one, also what a process had counted that was killed, and have one port for metrics',
    { timeout },
    async (context) => {
      const models = await temporaryFolder(context, { 'm/1/model.onnx': affineModel({ width: 1 }) });
      const { run, ask, replace } = await startProcesses(context, models, 2, ['--metrics-port', '0']);
      const metrics = new Set(run.lines.flatMap(({ message, metrics: url }) => (message === 'listening' ? [url] : [])));
      assert.equal(metrics.size, 1);
      const [metricsUrl] = [...metrics].map(String);
      assert.ok(metricsUrl !== undefined);
      const predict = '{ server { processes { answering } } predict { m(input: { x: 1 }) { y } } }';
      const answering = new Set<number>();
      for (let asked = 0; asked < 10; asked += 1) {
        answering.add((await ask(predict)).data.server.processes.answering);
      }
      assert.equal(answering.size, 2);
      const count = (scraped: ScrapedMetrics) =>
        scraped.value('inferql_inferences_total', { model: 'm', version: '1', outcome: 'success' });
      for (let asked = 0; asked < 4; asked += 1) {
        const scraped = await scrape(metricsUrl);
        assert.equal(count(scraped), 10);
        assert.equal(scraped.value('inferql_model_version_state', { model: 'm', version: '1', phase: 'READY' }), 2);
        assert.equal(scraped.value('inferql_model_ready', { model: 'm' }), 1);
        assert.equal(scraped.value('inferql_processes_ready'), 2);
        assert.equal(scraped.value('inferql_processes_silent'), 0);
        assert.ok((scraped.value('process_resident_memory_bytes') ?? 0) > 2 ** 27);
        assert.ok((scraped.value('process_cpu_seconds_total') ?? 0) > 0);
      }
      const stats =
        '{ model(name: "m") { stats { instances sinceStart { successes calls } lastMinute { successes } } } }';
      for (let asked = 0; asked < 2; asked += 1) {
        const { sinceStart, lastMinute } = (await ask(stats)).data.model.stats;
        assert.deepEqual([sinceStart, lastMinute], [{ successes: 10, calls: 10 }, { successes: 10 }]);
      }
      await replace(2, 'SIGKILL');
      await ask(predict);
      assert.equal(count(await scrape(metricsUrl)), 11);
    },
  );

  test('answer on one port, both of them, and say so in each line of the log', { timeout }, async (context) => {
    const { url, run, askEach, ready } = await startProcesses(context, shippedModels);
    const answers = await askEach('server { ready processes { ready total } } model(name: "iris") { ready }');
    assert.equal(answers.length, 2);
    for (const { model } of answers) assert.deepEqual(model, { ready: true });
    const { status, body } = await ready();
    assert.deepEqual([status, body.status, body.processes], [200, 'ready', { ready: 2, total: 2 }]);
    assert.deepEqual((await send(`${url}/healthz`, 'GET')).body, { status: 'alive' });
    const listening = run.lines.filter(({ message }) => message === 'listening');
    assert.deepEqual(new Set(listening.map((line) => line['process'])), new Set([1, 2]));
    assert.deepEqual(new Set(listening.map((line) => line['url'])), new Set([url]));
    run.signal('SIGTERM');
    const { code, output, errors } = await run.ended;
    assert.deepEqual([code, errors, linesOf(output).at(-1)?.message], [0, '', 'stopped']);
    assert.equal(linesOf(output).filter(({ message }) => message === 'stopped').length, 3);
    await allGone(run);
  });

  test(
    'do what one of them was asked for, and so does what follows one that is killed',
    { timeout },
    async (context) => {
      const folder = await liveFolder(context, { ...adding(1), ...adding(2) });
      const { ask, askEach, replace, ready } = await startProcesses(context, folder.root);
      const answer = 'predict { m(input: { x: 1 }) { y } }';
      const state = 'model(name: "m") { ready versions { version state { phase } } }';
      assert.deepEqual(await askEach(answer), Array(2).fill({ predict: { m: { y: 3 } } }));

      const { data } = await ask('mutation { unloadModel(model: "m", version: 2) { defaultVersion { version } } }');
      assert.deepEqual(data.unloadModel.defaultVersion, { version: 1 });
      // At once, in whichever process comes next.
      assert.deepEqual(await askEach(answer), Array(2).fill({ predict: { m: { y: 2 } } }));

      const { code, signal, process: number } = await replace(2, 'SIGKILL');
      assert.deepEqual([code, signal, number], [null, 'SIGKILL', 2]);
      assert.equal((await ready()).status, 200);
      assert.deepEqual(await askEach(answer), Array(2).fill({ predict: { m: { y: 2 } } }));

      await ask('mutation { unloadModel(model: "m") { ready } }');
      for (const { model } of await askEach(state)) assert.equal(model.ready, false);
      await ask('mutation { loadModel(model: "m") { ready } }');
      assert.deepEqual(await askEach(answer), Array(2).fill({ predict: { m: { y: 3 } } }));

      await folder.place('m/3', { 'model.onnx': affineModel({ width: 3 }) });
      await ask('mutation { rescanRepository { name } }');
      const held = (await askEach(state)).map(({ model }) => model.versions[0]);
      assert.deepEqual(held, Array(2).fill({ version: 3, state: { phase: 'HELD' } }));
      await ask('mutation { acceptVersion(model: "m", version: 3) { ready } }');
      await replace(1, 'SIGKILL');
      const accepted = (await askEach(state)).map(({ model }) => model.versions[0]);
      assert.deepEqual(accepted, Array(2).fill({ version: 3, state: { phase: 'READY' } }));
    },
  );

  test('are ready together: while one is gone the other serves, and says so', { timeout }, async (context) => {
    const { root } = await liveFolder(context, adding(1));
    const { run, ask, ready, replace } = await startProcesses(context, root);
    const replaced = replace(1, 'SIGTERM');
    const alone = await eventually(ready, ({ status, body }) => status === 503 && body.processes.ready === 1);
    assert.equal(alone.body.processes.total, 2);
    assert.deepEqual((await ask('{ predict { m(input: { x: 1 }) { y } } server { ready } }')).data, {
      predict: { m: { y: 2 } },
      server: { ready: false },
    });
    assert.equal((await replaced)['code'], 0);
    assert.equal((await ready()).status, 200);
    assert.deepEqual(
      run.lines.filter(({ message }) => message === 'stopping').map((line) => line['process']),
      [1],
    );
  });

  test('forget with a folder that went what was asked for by hand', { timeout }, async (context) => {
    const folder = await liveFolder(context, adding(1));
    const { ask, askEach, replace } = await startProcesses(context, folder.root);
    await ask('mutation { unloadModel(model: "m") { ready } }');
    await folder.remove('m');
    await ask('mutation { rescanRepository { name } }');
    await folder.place('m', { '1/model.onnx': addingVersion(5)['model.onnx'] });
    await ask('mutation { rescanRepository { name } }');
    await replace(2, 'SIGKILL');
    assert.deepEqual(
      await askEach('predict { m(input: { x: 1 }) { y } }'),
      Array(2).fill({ predict: { m: { y: 6 } } }),
    );
  });
});

describe('several processes that are told to stop', () => {
  test(
    'by a Ctrl-C, which all of them get, stop once and finish what they have in hand',
    { timeout },
    async (context) => {
      const { root } = await liveFolder(context, adding(1));
      const { run, url } = await startProcesses(context, root);
      const body = JSON.stringify({ query: '{ predict { m(input: { x: 1 }) { y } } }' });
      const connections = [await connectRaw(url), await connectRaw(url)];
      const rests: string[] = [];
      for (const connection of connections) rests.push(await beginPost(connection, body));
      for (const pid of [1, 2].map((number) => pidOf(run, number))) process.kill(pid, 'SIGINT');
      run.signal('SIGINT');
      for (const number of [1, 2]) {
        await run.until((line) => line.message === 'stopping' && line['process'] === number);
      }
      for (const [index, connection] of connections.entries()) {
        connection.write(rests[index] ?? '');
        assert.match(await connection.closed, /200 OK[^]*\{"data":\{"predict":\{"m":\{"y":2\}\}\}\}/);
      }
      const { code, errors, output } = await run.ended;
      assert.deepEqual([code, errors], [0, '']);
      const stopping = linesOf(output).filter(({ message }) => message === 'stopping');
      assert.deepEqual(
        stopping.map((line) => Number(line['process'] ?? 0)).toSorted((a, b) => a - b),
        [0, 1, 2],
      );
      await allGone(run);
    },
  );

  test('and then told again end at once', { timeout }, async (context) => {
    const { root } = await liveFolder(context, adding(1));
    const { run, url } = await startProcesses(context, root);
    const connection = await connectRaw(url);
    await beginPost(connection, JSON.stringify({ query: '{ __typename }' }));
    run.signal('SIGTERM');
    await run.line('stopping');
    // What comes within half a second counts as the same wish, so that it is said until it is heard.
    const said = setInterval(() => run.signal('SIGTERM'), 50);
    context.after(() => clearInterval(said));
    const { code } = await run.ended;
    clearInterval(said);
    assert.equal(code, null);
    await allGone(run);
  });

  test('by nobody, for their primary was killed, are not left behind', { timeout }, async (context) => {
    const { root } = await liveFolder(context, adding(1));
    const { run } = await startProcesses(context, root);
    run.signal('SIGKILL');
    // They hold the error stream, which is closed when the last of them has ended.
    await run.ended;
    await allGone(run);
  });
});

describe('several processes that cannot start', () => {
  test('since the port is taken, say so once', { timeout }, async (context) => {
    const taken = createServer().listen(0, '127.0.0.1');
    context.after(async () => void taken.close());
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const one = await runCommand(context, [shippedModels, '--port', port]).ended;
    const two = await runCommand(context, [shippedModels, '--port', port, '--processes', '2']).ended;
    assert.deepEqual(two, one);
    assert.equal(one.code, 1);
  });

  test('since there is no such folder, say so once', { timeout }, async (context) => {
    const models = join(await temporaryFolder(context), 'nowhere');
    const one = await runCommand(context, [models]).ended;
    const run = runCommand(context, [models, '--processes', '2']);
    const { code, errors } = await run.ended;
    assert.deepEqual([code, errors], [1, one.errors]);
    await allGone(run);
  });

  test('since an option does not fit, say so once', { timeout }, async (context) => {
    const { code, errors, output } = await runCommand(context, ['--processes', '2', '--port', '70000']).ended;
    assert.deepEqual([code, output], [2, '']);
    assert.match(errors, /^inferql: option --port: [^\n]*\n$/);
  });
});
