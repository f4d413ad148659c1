import { ChurningSet } from './churning-set.ts';
import type { Clock } from './clock.ts';
import type { Submission } from './submission.ts';

/**
 * Ends submissions at their deadline with one timer for all of them. The timer is not moved when a submission is
 * answered in time, which is nearly always: it then fires for nothing, once in the time of a whole deadline.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #expire: (submission: Submission) => void;
  readonly #submissions = new ChurningSet<Submission>();
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  /** @param expire must lead to `delete`. */
  constructor(clock: Clock, expire: (submission: Submission) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  add(submission: Submission): void {
    this.#submissions.add(submission);
    this.#wakeAt(submission.options.deadlineAt);
  }

  delete(submission: Submission): void {
    this.#submissions.delete(submission);
  }

  /** Lets go of the timer. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wakeAt(at: number): void {
    if (this.#timer !== null && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#sweep());
    this.#timer = { at, cancel };
  }

  #sweep(): void {
    this.#timer = null;
    const now = this.#clock.now();
    let next = Infinity;
    for (const submission of this.#submissions) {
      if (submission.options.deadlineAt <= now) this.#expire(submission);
      else next = Math.min(next, submission.options.deadlineAt);
    }
    if (next !== Infinity) this.#wakeAt(next);
  }
}
