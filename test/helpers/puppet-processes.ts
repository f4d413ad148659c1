import { PassThrough, Writable } from 'node:stream';
import type { Budgets } from '../../src/access/budgets/budgets.ts';
import type { ForkedProcess, PrimaryChannel, ProcessEnd } from '../../src/processes/channel.ts';
import type { ToPrimary, ToServing } from '../../src/processes/messages.ts';
import { Primary, type ServerEnd } from '../../src/processes/primary.ts';
import { recordLog } from './log.ts';
import { promisesSettle, PuppetClock } from './puppet-clock.ts';

/** A process that serves, in the hand of the test. Messages cross as JSON, each in a turn of its own, in their order. */
export class PuppetProcess implements ForkedProcess {
  readonly pid: number;
  readonly output = new PassThrough();
  /** Everything that it was told, in order. */
  readonly told: ToServing[] = [];
  #toPrimary: (message: ToPrimary) => void = () => undefined;
  #toServing: (message: ToServing) => void = () => undefined;
  #onEnd: (end: ProcessEnd) => void = () => undefined;
  #hasEnded = false;
  #hangs = false;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** What a real process would have of its primary. */
  get channel(): PrimaryChannel {
    return {
      send: (message) => setImmediate(() => this.say(JSON.parse(JSON.stringify(message)) as ToPrimary)),
      onMessage: (listener) => {
        this.#toServing = listener;
      },
      close: () => this.end({ code: 0, signal: null }),
    };
  }

  say(message: ToPrimary): void {
    if (!this.#hasEnded && !this.#hangs) this.#toPrimary(message);
  }

  /** Says hello, and that it is ready. */
  begin(): void {
    this.say({ kind: 'hello' });
    this.say({ kind: 'listening', port: 5000 });
    this.say({ kind: 'ready' });
  }

  end(end: ProcessEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.output.end();
    this.#onEnd(end);
  }

  send(message: ToServing): void {
    if (this.#hasEnded) return;
    const copy = JSON.parse(JSON.stringify(message)) as ToServing;
    this.told.push(copy);
    setImmediate(() => this.#toServing(copy));
  }

  /** Says nothing more, whatever it is told. */
  hang(): void {
    this.#hangs = true;
  }

  onMessage(listener: (message: ToPrimary) => void): void {
    this.#toPrimary = listener;
  }

  onEnd(listener: (end: ProcessEnd) => void): void {
    this.#onEnd = listener;
  }
}

/** The last thing of a kind that a process was told. */
export function lastTold<Kind extends ToServing['kind']>(
  { told }: PuppetProcess,
  kind: Kind,
): Extract<ToServing, { kind: Kind }> | undefined {
  return told.findLast((message) => message.kind === kind) as Extract<ToServing, { kind: Kind }> | undefined;
}

/** A primary process whose processes and clock are in the hand of the test. */
export function puppetPrimary(total: number, port = 4000, budgets: Budgets | null = null) {
  const { logger, lines } = recordLog();
  const clock = new PuppetClock();
  const forked: PuppetProcess[] = [];
  const written: string[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  /** Thrown by the next fork, once. */
  const failing: { error: Error | null } = { error: null };
  const fork = (): ForkedProcess => {
    const { error } = failing;
    failing.error = null;
    if (error !== null) throw error;
    const child = new PuppetProcess(100 + forked.length);
    forked.push(child);
    return child;
  };
  const primary = new Primary({ total, port, logFormat: 'json', fork, output, logger, clock, budgets });
  primary.start();
  let end: ServerEnd | null = null;
  void primary.ended.then((how) => {
    end = how;
  });
  return {
    primary,
    clock,
    /** Every process that was forked so far, in order. */
    forked,
    failing,
    lines,
    /** What was copied of the processes' output, a write each. */
    written,
    /** The process that was forked as the so-manieth, from 1 on. */
    child: (count: number): PuppetProcess => {
      const child = forked[count - 1];
      if (child === undefined) throw new Error(`Only ${forked.length} processes were forked.`);
      return child;
    },
    end: async (): Promise<ServerEnd | null> => {
      await promisesSettle();
      return end;
    },
  };
}
