import type { DepartureSignal } from './contract.ts';
import type { Submission } from './submission.ts';

interface Watch {
  readonly submissions: Set<Submission>;
  readonly listener: () => void;
}

/**
 * Ends submissions whose client has left, with one listener for each signal: the aliases of one request share theirs,
 * and a thousand listeners on one signal would cost more than the predictions.
 */
export class Cancellations {
  readonly #cancel: (submission: Submission) => void;
  /** Weak because a Map through which millions go is costly, as `ChurningSet` says. */
  readonly #watches = new WeakMap<DepartureSignal, Watch>();

  /** @param cancel must lead to `delete`. */
  constructor(cancel: (submission: Submission) => void) {
    this.#cancel = cancel;
  }

  add(submission: Submission): void {
    const { signal } = submission.options;
    if (signal === undefined) return;
    const watch = this.#watches.get(signal) ?? this.#watch(signal);
    watch.submissions.add(submission);
  }

  /** Stops listening with the last submission of a signal, so that a long-lived signal does not hold the batcher. */
  delete(submission: Submission): void {
    const { signal } = submission.options;
    if (signal === undefined) return;
    const watch = this.#watches.get(signal);
    if (watch === undefined || !watch.submissions.delete(submission) || watch.submissions.size > 0) return;
    signal.removeEventListener('abort', watch.listener);
    this.#watches.delete(signal);
  }

  #watch(signal: DepartureSignal): Watch {
    const submissions = new Set<Submission>();
    const listener = () => {
      for (const submission of submissions) this.#cancel(submission);
    };
    const watch = { submissions, listener };
    signal.addEventListener('abort', listener);
    this.#watches.set(signal, watch);
    return watch;
  }
}
