import type { Budgets } from '../access/budgets/budgets.ts';
import { errorFields, type Logger } from '../observability/logger.ts';
import type { ForkedProcess, ProcessEnd } from './channel.ts';
import type { GatheredReport, Place, SharedTask, ToPrimary } from './messages.ts';
import { OrderBook } from './order-book.ts';
import { ReportBook } from './report-book.ts';
import { Rounds } from './rounds.ts';
import { ServingSlot, type PrimaryClock } from './serving-slot.ts';
import { copyWholeLines } from './whole-lines.ts';

export interface PrimaryOptions extends Pick<Place, 'total' | 'port' | 'logFormat'> {
  /** Starts a process that serves. */
  readonly fork: () => ForkedProcess;
  /** Where the log goes, of this process and of those that serve. */
  readonly output: NodeJS.WritableStream;
  readonly logger: Logger;
  readonly clock: PrimaryClock;
  /** Null where callers are not limited. */
  readonly budgets: Budgets | null;
}

/** A process that has not reported by then is busy, or stuck: whoever asked has waited long enough. */
const reportTimeoutMs = 1000;

/** How the whole server ended. */
export interface ServerEnd {
  readonly exitCode: number;
  /** Why it could not start; null when it did. */
  readonly failure: string | null;
}

/**
 * The process that starts those that serve, puts another in the place of one that ends, and passes on what every one of
 * them has to know. It serves nothing itself. Where the first process of a place cannot start, none can: all stop.
 */
export class Primary {
  /** Resolves when every process has ended, after a stop or because the server could not start. */
  readonly ended: Promise<ServerEnd>;
  readonly #options: PrimaryOptions;
  readonly #slots: readonly ServingSlot[];
  readonly #book = new OrderBook();
  readonly #rounds = new Rounds();
  readonly #reports = new ReportBook();
  /** The end of what is asked for of a model: orders reach every process in one order. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #listening = new Map<number, number>();
  readonly #end: (end: ServerEnd) => void;
  #port: number;
  #failure: ServerEnd | null = null;
  #isStopping = false;
  #stopSignal: string | null = null;

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#slots = Array.from({ length: options.total }, (_, index) => new ServingSlot(index + 1, options.clock));
    const { promise, resolve } = Promise.withResolvers<ServerEnd>();
    this.ended = promise;
    this.#end = resolve;
  }

  start(): void {
    for (const slot of this.#slots) this.#fork(slot);
  }

  /** Has every process finish what it has begun, and end. @param signal what asked for it; null where nobody did. */
  stop(signal: string | null): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#stopSignal = signal;
    for (const slot of this.#slots) {
      if (slot.child === null) slot.end();
      else slot.tell({ kind: 'stop', signal });
    }
    this.#endIfOver();
  }

  #fork(slot: ServingSlot): void {
    const { fork, output, logger } = this.#options;
    let child: ForkedProcess;
    try {
      child = fork();
    } catch (error) {
      // Such as no memory for another process, which may be there again later.
      this.#leave(slot, { ...errorFields(error) }, 'could not be started');
      return;
    }
    slot.forked(child);
    logger.info('process started', { process: slot.number, pid: child.pid });
    copyWholeLines(child.output, output);
    child.onMessage((message) => this.#take(slot, child, message));
    child.onEnd((end) => this.#ended(slot, child, end));
  }

  #take(slot: ServingSlot, child: ForkedProcess, message: ToPrimary): void {
    switch (message.kind) {
      case 'hello':
        this.#welcome(slot, child);
        break;
      case 'listening':
        this.#listening.set(slot.number, message.port);
        break;
      case 'ready':
        slot.ready();
        this.#tellCensus();
        break;
      case 'failed':
        this.#cannotStart(slot, message.message, message.exitCode);
        break;
      case 'ask':
        // To the process that asked, and to none that follows it.
        void this.#carryOut(message.task, slot.number).then((problems) =>
          child.send({ kind: 'answer', id: message.id, problems }),
        );
        break;
      case 'done':
        this.#rounds.done(message.round, slot.number, message.problem);
        break;
      case 'gather':
        void this.#gather().then((gathered) => child.send({ kind: 'gathered', id: message.id, gathered }));
        break;
      case 'report':
        this.#reports.note(slot.number, message.report);
        this.#rounds.done(message.round, slot.number, null);
        break;
      case 'spend': {
        const { id, account, cost } = message;
        const { budgets, logger } = this.#options;
        budgets?.spend(account, cost).then(
          (spending) => child.send({ kind: 'spent', id, spending }),
          (error: unknown) => logger.error('a budget cannot be counted', errorFields(error)),
        );
      }
    }
  }

  #welcome(slot: ServingSlot, child: ForkedProcess): void {
    if (this.#isStopping) {
      child.send({ kind: 'stop', signal: this.#stopSignal });
      return;
    }
    const { total, logFormat } = this.#options;
    const { orders, logLevel } = this.#book;
    const place = { number: slot.number, total, port: this.#port, logFormat, logLevel, orders };
    slot.welcomed();
    slot.tell({ kind: 'welcome', place });
    slot.tell({ kind: 'census', ready: this.#readyNumbers() });
  }

  #carryOut(task: SharedTask, asker: number) {
    const carryOut = () => {
      if (task.kind === 'forget' && !this.#book.has(task.model)) return Promise.resolve([]);
      // At once with telling the processes: one that begins later is told of it when it is welcomed.
      this.#book.note(task);
      if (task.kind === 'log') this.#options.logger.level = task.level;
      const members = this.#slots.filter(({ isMember }) => isMember);
      const numbers = members.map(({ number }) => number);
      return this.#rounds.begin(numbers, (round) => {
        for (const slot of members) slot.tell({ kind: 'do', round, task, asker });
      });
    };
    if (task.kind === 'rescan' || task.kind === 'log') return carryOut();
    const { model } = task;
    const work = (this.#turns.get(model) ?? Promise.resolve()).then(carryOut);
    const turn: Promise<void> = work.then(() => {
      if (this.#turns.get(model) === turn) this.#turns.delete(model);
    });
    this.#turns.set(model, turn);
    return work;
  }

  async #gather(): Promise<GatheredReport> {
    const members = this.#slots.filter(({ isMember }) => isMember);
    const { clock } = this.#options;
    let silent = this.#slots.length - members.length;
    let callOff = () => {};
    await this.#rounds.begin(
      members.map(({ number }) => number),
      (round) => {
        callOff = clock.after(reportTimeoutMs, () => (silent += this.#rounds.giveUp(round)));
        for (const slot of members) slot.tell({ kind: 'report', round });
      },
    );
    callOff();
    return { report: this.#reports.whole, silent };
  }

  #ended(slot: ServingSlot, child: ForkedProcess, { code, signal }: ProcessEnd): void {
    this.#rounds.ended(slot.number);
    this.#reports.ended(slot.number);
    this.#noteNotListening(slot.number);
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    this.#leave(slot, { pid: child.pid, code, signal }, `${how} before it was ready`);
  }

  /** There is no process in the place any more. @param how what is said of it where it is the first. */
  #leave(slot: ServingSlot, facts: object, how: string): void {
    const { number } = slot;
    const { logger, total } = this.#options;
    if (!slot.wasReady) this.#cannotStart(slot, `inferql: Process ${number} of ${total} ${how}.\n`, 1);
    if (this.#isStopping) {
      slot.end();
      if (this.#failure === null) logger.debug('process ended', { process: number, ...facts });
      this.#endIfOver();
      return;
    }
    const restartInMs = slot.startLater(() => this.#fork(slot));
    // One that ended by itself with code 0 was told to, maybe by a Ctrl-C that this process has yet to hear of.
    const level = 'code' in facts && facts.code === 0 ? 'warn' : 'error';
    logger.log(level, 'process ended', { process: number, ...facts, restartInMs });
    this.#tellCensus();
  }

  /** While no process listens, the system may give away a port that it chose itself; the next ones ask for that port. */
  #noteNotListening(number: number): void {
    const port = this.#listening.get(number);
    this.#listening.delete(number);
    if (this.#listening.size === 0) this.#port = port ?? this.#port;
  }

  #cannotStart(slot: ServingSlot, failure: string, exitCode: number): void {
    if (slot.wasReady) {
      this.#options.logger.error('process cannot start', { process: slot.number, error: failure.trimEnd() });
      return;
    }
    if (this.#isStopping) return;
    this.#failure = { failure, exitCode };
    this.stop(null);
  }

  #endIfOver(): void {
    if (this.#slots.every(({ phase }) => phase === 'ended')) this.#end(this.#failure ?? { exitCode: 0, failure: null });
  }

  #readyNumbers(): readonly number[] {
    return this.#slots.filter(({ phase }) => phase === 'ready').map(({ number }) => number);
  }

  #tellCensus(): void {
    const ready = this.#readyNumbers();
    for (const slot of this.#slots) slot.tell({ kind: 'census', ready });
    if (ready.length === this.#slots.length)
      this.#options.logger.info('all processes ready', { processes: ready.length });
  }
}
