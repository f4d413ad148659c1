import type { Budgets, Spending } from '../access/budgets/budgets.ts';
import type { PrimaryChannel } from './channel.ts';
import { emptyReport, type Report } from '../observability/metrics/readings.ts';
import type { GatheredReport, Place, ProcessProblem, SharedTask, ToServing } from './messages.ts';
import { errorOf, problemOf, type CarryOut, type Peers } from './peers.ts';

type Task = Extract<ToServing, { kind: 'do' }>;

/** What a process that serves beside others has of them: all of it passes by way of the primary process. */
export class PrimaryLink implements Peers {
  readonly number: number;
  readonly total: number;
  readonly orders: Peers['orders'];
  readonly place: Place;
  readonly budgets: Budgets = { spend: (account, cost) => this.#spend(account, cost) };
  readonly #channel: PrimaryChannel;
  readonly #asked = new Map<number, (problems: readonly ProcessProblem[]) => void>();
  readonly #spending = new Map<number, (spending: Spending) => void>();
  readonly #gathering = new Map<number, (gathered: GatheredReport) => void>();
  #lastAsked = 0;
  #ready: readonly number[] = [];
  #carryOut: { readonly here: CarryOut; readonly onFault: (error: unknown) => void } | null = null;
  #report = (): Report => emptyReport;
  /** Tasks that came before this process could do any. */
  #early: Task[] = [];
  #stop: Extract<ToServing, { kind: 'stop' }> | null = null;
  #onStop: ((signal: string | null) => void) | null = null;

  private constructor(channel: PrimaryChannel, place: Place) {
    this.#channel = channel;
    this.place = place;
    this.number = place.number;
    this.total = place.total;
    this.orders = new Map(place.orders);
  }

  /** @returns null where the server stops before this process has begun. */
  static join(channel: PrimaryChannel): Promise<PrimaryLink | null> {
    return new Promise((resolve) => {
      let link: PrimaryLink | null = null;
      channel.onMessage((message) => {
        if (message.kind === 'welcome') {
          link = new PrimaryLink(channel, message.place);
          resolve(link);
        } else if (link !== null) link.#take(message);
        else if (message.kind === 'stop') resolve(null);
      });
      channel.send({ kind: 'hello' });
    });
  }

  get readyOthers(): number {
    return this.#ready.filter((number) => number !== this.number).length;
  }

  async carryOut(task: SharedTask): Promise<void> {
    this.#lastAsked += 1;
    const id = this.#lastAsked;
    const problems = await new Promise<readonly ProcessProblem[]>((resolve) => {
      this.#asked.set(id, resolve);
      this.#channel.send({ kind: 'ask', id, task });
    });
    const [first] = problems;
    if (first !== undefined) throw errorOf(first, problems, this.total);
  }

  onTask(here: CarryOut, onFault: (error: unknown) => void): void {
    this.#carryOut = { here, onFault };
    const early = this.#early;
    this.#early = [];
    for (const task of early) void this.#do(task);
  }

  gather(): Promise<GatheredReport> {
    this.#lastAsked += 1;
    const id = this.#lastAsked;
    return new Promise((resolve) => {
      this.#gathering.set(id, resolve);
      this.#channel.send({ kind: 'gather', id });
    });
  }

  onReport(report: () => Report): void {
    this.#report = report;
  }

  /** @param callback called once, at once where it was said already, with the signal that asked for it. */
  onStop(callback: (signal: string | null) => void): void {
    this.#onStop = callback;
    if (this.#stop !== null) callback(this.#stop.signal);
  }

  tellListening(port: number): void {
    this.#channel.send({ kind: 'listening', port });
  }

  tellReady(): void {
    this.#channel.send({ kind: 'ready' });
  }

  /** @param message for whoever started the server. @param exitCode the code that the whole server is to end with. */
  tellFailed(message: string, exitCode: number): void {
    this.#channel.send({ kind: 'failed', message, exitCode });
  }

  #take(message: Exclude<ToServing, { kind: 'welcome' }>): void {
    switch (message.kind) {
      case 'census':
        this.#ready = message.ready;
        break;
      case 'do':
        void this.#do(message);
        break;
      case 'answer':
        this.#asked.get(message.id)?.(message.problems);
        this.#asked.delete(message.id);
        break;
      case 'spent':
        this.#spending.get(message.id)?.(message.spending);
        this.#spending.delete(message.id);
        break;
      case 'report':
        this.#channel.send({ kind: 'report', round: message.round, report: this.#report() });
        break;
      case 'gathered':
        this.#gathering.get(message.id)?.(message.gathered);
        this.#gathering.delete(message.id);
        break;
      case 'stop':
        if (this.#stop !== null) break;
        this.#stop = message;
        this.#onStop?.(message.signal);
    }
  }

  #spend(account: string, cost: number): Promise<Spending> {
    this.#lastAsked += 1;
    const id = this.#lastAsked;
    return new Promise((resolve) => {
      this.#spending.set(id, resolve);
      this.#channel.send({ kind: 'spend', id, account, cost });
    });
  }

  async #do(message: Task): Promise<void> {
    if (this.#carryOut === null) {
      this.#early.push(message);
      return;
    }
    const { round, task, asker } = message;
    const { here, onFault } = this.#carryOut;
    const problem = await here(task, asker === this.number).then(
      () => null,
      (error: unknown) => {
        const { code, message: text } = problemOf(error);
        if (code === 'INTERNAL_SERVER_ERROR') onFault(error);
        return { code, message: text };
      },
    );
    this.#channel.send({ kind: 'done', round, problem });
  }
}
