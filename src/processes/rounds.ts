import type { Problem, ProcessProblem } from './messages.ts';

interface Round {
  /** Processes that have not done it yet. */
  readonly waiting: Set<number>;
  readonly problems: ProcessProblem[];
  readonly finish: (problems: readonly ProcessProblem[]) => void;
}

/** What several processes have to do, until each of them has done it or has ended. */
export class Rounds {
  readonly #rounds = new Map<number, Round>();
  #last = 0;

  /**
   * @param start tells the processes of the round by its number.
   * @returns what went wrong, by process. One that ended is no problem: what follows it begins with what was asked for.
   */
  begin(numbers: Iterable<number>, start: (round: number) => void): Promise<readonly ProcessProblem[]> {
    const { promise, resolve } = Promise.withResolvers<readonly ProcessProblem[]>();
    this.#last += 1;
    const round = this.#last;
    this.#rounds.set(round, { waiting: new Set(numbers), problems: [], finish: resolve });
    start(round);
    this.#finishIfDone(round);
    return promise;
  }

  done(round: number, number: number, problem: Problem | null): void {
    const entry = this.#rounds.get(round);
    if (entry?.waiting.delete(number) !== true) return;
    if (problem !== null) entry.problems.push({ number, ...problem });
    this.#finishIfDone(round);
  }

  /** The process ended, and will answer nothing more. */
  ended(number: number): void {
    for (const [round, { waiting }] of this.#rounds) if (waiting.delete(number)) this.#finishIfDone(round);
  }

  /** Waits no longer for those that have not done it. @returns how many they were. */
  giveUp(round: number): number {
    const entry = this.#rounds.get(round);
    const missing = entry?.waiting.size ?? 0;
    entry?.waiting.clear();
    this.#finishIfDone(round);
    return missing;
  }

  #finishIfDone(round: number): void {
    const entry = this.#rounds.get(round);
    if (entry === undefined || entry.waiting.size > 0) return;
    this.#rounds.delete(round);
    entry.finish(entry.problems);
  }
}
