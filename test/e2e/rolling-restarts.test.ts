import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { startBalancer } from '../helpers/balancer.ts';
import { runCommand } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const restarts = 20;
const clients = 2;
const body = JSON.stringify({ query: '{ predict { m(input: { x: 1 }) { y } } }' });

interface Load {
  isOver: boolean;
  answered: number;
  readonly failed: string[];
}

/** Asks in a closed loop, each time over a connection of its own, as a balancer does with those behind it. */
async function keepAsking(url: string, load: Load): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  while (!load.isOver) {
    try {
      const sent = request(`${url}/graphql`, { method: 'POST', agent, headers });
      sent.end(body);
      const [response] = await once(sent, 'response');
      const answer = JSON.stringify(await json(response));
      if (answer === '{"data":{"predict":{"m":{"y":2}}}}') load.answered += 1;
      else load.failed.push(`${response.statusCode}: ${answer}`);
    } catch (error) {
      load.failed.push(String(error));
    }
  }
}

test(
  `two replicas behind a balancer are restarted ${restarts} times in turns under load, and no request fails`,
  { timeout: 240_000 },
  async (context) => {
    const { root } = await liveFolder(context, { 'm/1/model.onnx': addingVersion(1)['model.onnx'] });
    const balancer = await startBalancer(context);
    // As `npm start` does: what was compiled once is not compiled twenty times.
    const compiled = { NODE_COMPILE_CACHE: await temporaryFolder(context) };
    /** A replica that is in service. */
    const start = async () => {
      const options = ['--watch', 'off', '--no-playground', '--shutdown-delay-ms', '1000', '--log-level', 'info'];
      const run = runCommand(context, [root, ...options], compiled);
      const url = String((await run.line('listening'))['url']);
      await run.line('ready');
      balancer.add(url);
      await balancer.probe();
      return run;
    };
    const replicas = [await start(), await start()];
    assert.equal(balancer.ready, 2);

    const load: Load = { isOver: false, answered: 0, failed: [] };
    const asking = Array.from({ length: clients }, () => keepAsking(balancer.url, load));
    context.after(async () => void (load.isOver = true));
    for (let restart = 0; restart < restarts; restart += 1) {
      const before = load.answered;
      const leaving = replicas.shift();
      assert.ok(leaving);
      leaving.signal('SIGTERM');
      await leaving.line('stopping');
      // It serves on, and only says that it is not ready.
      await balancer.probe();
      assert.equal(balancer.ready, 1);
      const [{ code, errors }, next] = await Promise.all([leaving.ended, start()]);
      assert.deepEqual([code, errors], [0, '']);
      replicas.push(next);
      await eventually(
        async () => load.answered,
        (answered) => answered > before,
      );
    }
    load.isOver = true;
    await Promise.all(asking);
    context.diagnostic(`${load.answered} requests`);
    assert.deepEqual(load.failed, []);
  },
);
