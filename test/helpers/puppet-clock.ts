import type { Clock } from '../../src/inference/batching/clock.ts';

interface PuppetTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. */
export class PuppetClock implements Clock {
  #now = 1000;
  #ticks: (() => void)[] = [];
  readonly #timers = new Set<PuppetTimer>();

  now(): number {
    return this.#now;
  }

  endOfTick(callback: () => void): void {
    this.#ticks.push(callback);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been called off. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Ends the tick, without time going by. */
  endTick(): void {
    const ticks = this.#ticks;
    this.#ticks = [];
    for (const callback of ticks) callback();
  }

  /** Lets time go by while the event loop is blocked: what falls due fires with the next `advance`. */
  stall(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Lets time go by, and fires what falls due on the way, each at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#earliest(end); next !== undefined; next = this.#earliest(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #earliest(end: number): PuppetTimer | undefined {
    let earliest: PuppetTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (earliest === undefined || timer.at < earliest.at)) earliest = timer;
    }
    return earliest;
  }
}

/** Lets promises that are settled call back. No time goes by on a puppet clock. */
export function promisesSettle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
