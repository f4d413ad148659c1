import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Arrivals, OpenLoopResult } from './open-loop.ts';
import { percentile } from './statistics.ts';

/**
 * Posts requests at the moments of a Poisson process and prints what they saw. Argument: a file with `Arrivals`.
 *
 * Each latency counts from the moment at which the request was due. A generator that waits for answers before it sends
 * on, or counts from the sending, leaves out just the requests that a slow moment would have held up (coordinated
 * omission). Bare sockets, since a client library would take as much CPU as the server.
 */
const connections = 256;
/** How long answers are waited for after the last request was due. */
const drainMs = 10_000;
/** How long the process sleeps when nothing is due: the precision of the moments of sending. */
const napMs = 0.1;

const arrivals = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Arrivals;
const { url, body, headers = {}, requestsPerSecond, seconds } = arrivals;
const ownHeaders = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
const { hostname, port, pathname } = new URL(url);
const request = Buffer.from(
  `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n${ownHeaders.join('')}` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);

/** A connection with the request that it carries. */
class Connection {
  readonly socket: Socket;
  private due = 0;
  private received = '';

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (part: string) => this.receive(part));
  }

  send(due: number): void {
    this.due = due;
    late.push(performance.now() - due);
    this.socket.write(request);
  }

  private receive(part: string): void {
    this.received += part;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.received.slice(0, head))?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) throw new Error('The server does not say how long its answers are.');
    if (this.received.length < head + 4 + length) return;
    const latency = performance.now() - this.due;
    latencies.push(latency);
    if (!this.received.startsWith('HTTP/1.1 200') || this.received.includes('"errors"')) failed += 1;
    else good.push(latency);
    this.received = '';
    idle.push(this);
  }
}

/** A generator of numbers from 0 to 1 (mulberry32), so that each run has the same arrivals. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const late: number[] = [];
const latencies: number[] = [];
const good: number[] = [];
let failed = 0;
const idle: Connection[] = await Promise.all(
  Array.from(
    { length: connections },
    () =>
      new Promise<Connection>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port) }, () => resolve(new Connection(socket)));
        socket.once('error', reject);
      }),
  ),
);
const all = [...idle];

const random = randomNumbers(1);
const nap = new Int32Array(new SharedArrayBuffer(4));
const startedAt = performance.now();
const endsAt = startedAt + seconds * 1000;
let due = startedAt;
let sent = 0;
for (;;) {
  const now = performance.now();
  while (due <= now && due < endsAt && idle.length > 0) {
    idle.pop()?.send(due);
    sent += 1;
    due += (-Math.log(1 - random()) * 1000) / requestsPerSecond;
  }
  if (due >= endsAt && idle.length === connections) break;
  if (now > endsAt + drainMs) break;
  // Sockets are read in between; a timer of Node would be a whole millisecond late.
  await new Promise((resolve) => setImmediate(resolve));
  if (due > performance.now() + napMs || idle.length === 0) Atomics.wait(nap, 0, 0, napMs);
}
const tookMs = performance.now() - startedAt;
for (const { socket } of all) socket.destroy();
const result: OpenLoopResult = {
  sent,
  answeredPerSecond: (latencies.length * 1000) / tookMs,
  failed: failed + sent - latencies.length,
  good: {
    perSecond: good.length / seconds,
    p50Ms: percentile(good, 0.5),
    p99Ms: percentile(good, 0.99),
    mostMs: percentile(good, 1),
  },
  latencyMs: {
    p50: percentile(latencies, 0.5),
    p90: percentile(latencies, 0.9),
    p99: percentile(latencies, 0.99),
    p999: percentile(latencies, 0.999),
  },
  lateMs: { p50: percentile(late, 0.5), p99: percentile(late, 0.99) },
};
console.log(JSON.stringify(result));
