import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { Connections } from '../../../src/http/connections.ts';
import { eventually } from '../../helpers/eventually.ts';
import { connectRaw, type RawConnection } from '../../helpers/raw-connection.ts';

const graceMs = 30_000;

/** A server that answers with the path asked for, by default. Time passes by hand: nothing here waits for it. */
async function serve(context: TestContext, listener?: RequestListener) {
  const server = createServer();
  const connections = new Connections(server);
  const late: boolean[] = [];
  server.on('request', (asked, response) => {
    response.once('close', connections.begin(response));
    late.push(connections.isLate(asked.socket));
    if (listener === undefined) response.end(asked.url);
    else listener(asked, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
  context.mock.timers.enable({ apis: ['setTimeout'] });
  return {
    url,
    connections,
    /** Whether each request came late. */
    late,
    /** Resolves when the server knows of so many connections. */
    connected: (count: number) => eventually(open, (known) => known === count),
    /** Resolves when so many requests have begun. */
    begun: (count: number) =>
      eventually(
        async () => late.length,
        (length) => length === count,
      ),
    pass: (ms: number) => context.mock.timers.tick(ms),
  };
}

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`;

describe('a server that stops', () => {
  test('answers who had connected and not asked yet', async (context) => {
    const { url, connections, connected, late, pass } = await serve(context);
    const connection = await connectRaw(url);
    await connected(1);
    const drained = connections.drain(graceMs);
    pass(999);
    connection.write(ask('/asked'));
    await connection.received(/\/asked$/);
    await connection.closed;
    await drained;
    assert.deepEqual(late, [false]);
  });

  test('does not wait longer than a second for who says nothing', async (context) => {
    const { url, connections, connected, pass } = await serve(context);
    const connection = await connectRaw(url);
    await connected(1);
    const drained = connections.drain(graceMs);
    pass(1000);
    assert.equal(await connection.closed, '');
    await drained;
  });

  test('closes at once the connections that are kept alive, and takes no others', async (context) => {
    const { url, connections } = await serve(context);
    const agent = new Agent({ keepAlive: true });
    context.after(() => agent.destroy());
    const asked = request(`${url}/kept`, { agent }).end();
    const [response] = await once(asked, 'response');
    assert.equal(await text(response), '/kept');
    await eventually(
      async () => agent.freeSockets,
      (free) => Object.keys(free).length > 0,
    );
    await connections.drain(graceMs);
    await assert.rejects(connectRaw(url), { code: 'ECONNREFUSED' });
  });

  test('sends the whole of an answer that is written and waits for a slow client', async (context) => {
    const size = 64 * 1024 * 1024;
    const { url, connections } = await serve(context, (_asked, response) => response.end(Buffer.alloc(size)));
    const asked = request(url, { agent: false }).end();
    const [response] = await once(asked, 'response');
    const drained = connections.drain(graceMs);
    assert.equal((await buffer(response)).length, size);
    await drained;
  });

  test('finishes what it has in hand; what follows on the same connection is late', async (context) => {
    const finish = Promise.withResolvers<void>();
    const { url, connections, late, begun, pass } = await serve(context, (asked, response) => {
      if (asked.url === '/late') response.end('/late');
      else void finish.promise.then(() => response.end('/begun'));
    });
    const connection = await connectRaw(url);
    connection.write(ask('/begun'));
    await begun(1);
    const drained = connections.drain(graceMs);
    pass(1000);
    connection.write(ask('/late'));
    await begun(2);
    finish.resolve();
    assert.match(await connection.closed, /\/begun[^]*\/late$/);
    await drained;
    assert.deepEqual(late, [false, true]);
  });

  // Clients that keep connections lost the next request, and answers that came after one that said so were never sent.
  test('tells of the end with the last answer of each connection, and with no other', async (context) => {
    const finish = Promise.withResolvers<void>();
    const { url, connections, begun } = await serve(context, (asked, response) => {
      void finish.promise.then(() => response.end(asked.url));
    });
    const [alone, followed] = [await connectRaw(url), await connectRaw(url)];
    alone.write(ask('/alone'));
    followed.write(ask('/first'));
    await begun(2);
    const drained = connections.drain(graceMs);
    followed.write(ask('/second') + ask('/third'));
    await begun(4);
    finish.resolve();
    const answersOf = async ({ closed }: RawConnection) =>
      (await closed)
        .split(/(?=HTTP\/1\.1 )/)
        .map((answer) => [/\/\w+$/.exec(answer)?.[0], /^connection: close$/im.test(answer)]);
    assert.deepEqual(await answersOf(alone), [['/alone', true]]);
    assert.deepEqual(await answersOf(followed), [
      ['/first', false],
      ['/second', false],
      ['/third', true],
    ]);
    await drained;
  });

  test('cuts off after the grace period what does not finish', async (context) => {
    const { url, connections, begun, pass } = await serve(context, () => undefined);
    const connection = await connectRaw(url);
    connection.write(ask('/'));
    await begun(1);
    const drained = connections.drain(graceMs);
    pass(graceMs - 1);
    pass(1);
    assert.equal(await connection.closed, '');
    await drained;
  });

  test('that never listened has nothing to wait for', async () => {
    await new Connections(createServer()).drain(graceMs);
  });
});
