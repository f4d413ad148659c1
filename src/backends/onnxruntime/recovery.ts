const shortestDelayMs = 100;
const longestDelayMs = 10_000;
/** After as many calls that succeeded a thread did not end for what the model is. */
const enoughGoodCalls = 10;
/** A model that loses as many threads in a minute, or without good calls between, is given up. */
const mostLosses = 3;
const lossesWithinMs = 60_000;
/** As many threads that do not return hold that many times the memory of a model, and a CPU each. */
const mostStuck = 3;
/** Some 50 seconds. */
const mostFailedStarts = 10;
/** Losses that others caused are made good at once, but not over and over without a pause. */
const pauseMs = 1000;

/** What to do about a thread that was lost: start another one after a while, or give the model up and say why. */
export type Remedy =
  | { readonly kind: 'restart'; readonly delayMs: number }
  | { readonly kind: 'give up'; readonly reason: string };

/** How a thread was lost. */
export interface Loss {
  readonly at: number;
  readonly how: 'ended' | 'stuck';
  /** Whether it was another model's call that it was lost with, in a thread that both share. */
  readonly byOther: boolean;
}

/** Decides how a model goes on that lost a thread. It knows no timers: time is what it is told. */
export class Recovery {
  #losses: number[] = [];
  #goodCalls = 0;
  #stuck = 0;
  #failedStarts = 0;
  #delayMs = 0;
  #lastByOther = Number.NEGATIVE_INFINITY;

  /** A call succeeded. */
  succeeded(): void {
    this.#goodCalls += 1;
  }

  lost({ at, how, byOther }: Loss): Remedy {
    if (byOther) {
      const isAgain = at - this.#lastByOther < pauseMs;
      this.#lastByOther = at;
      return { kind: 'restart', delayMs: isAgain ? shortestDelayMs : 0 };
    }
    if (how === 'stuck') this.#stuck += 1;
    if (this.#goodCalls >= enoughGoodCalls) {
      this.#losses = this.#losses.filter((before) => at - before < lossesWithinMs);
      this.#delayMs = 0;
    }
    this.#goodCalls = 0;
    this.#losses.push(at);
    const times = this.#losses.length;
    if (this.#stuck >= mostStuck || times >= mostLosses) {
      const what = how === 'stuck' ? 'stopped answering' : 'ended';
      return { kind: 'give up', reason: `The model's threads ${what} again and again, ${times} of them by now` };
    }
    return this.#restartLater();
  }

  /** A thread that had stopped answering has returned, and is gone. */
  returned(): void {
    this.#stuck -= 1;
  }

  started(): void {
    this.#failedStarts = 0;
  }

  startFailed(): Remedy {
    this.#failedStarts += 1;
    if (this.#failedStarts < mostFailedStarts) return this.#restartLater();
    return { kind: 'give up', reason: `The model could not be loaded again after its threads ended` };
  }

  #restartLater(): Remedy {
    this.#delayMs = Math.min(Math.max(2 * this.#delayMs, shortestDelayMs), longestDelayMs);
    return { kind: 'restart', delayMs: this.#delayMs };
  }
}
