import type { ForkedProcess } from './channel.ts';
import type { ToServing } from './messages.ts';
import { nextRestartDelay } from './restart-delay.ts';

/** Time as the primary process sees it. Injected, so that tests move it by hand. */
export interface PrimaryClock {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number;
  /** @returns a function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

type SlotState =
  | { readonly phase: 'new' }
  /** It has not said hello yet, and is told nothing. */
  | { readonly phase: 'forked'; readonly child: ForkedProcess }
  | { readonly phase: 'starting'; readonly child: ForkedProcess }
  | { readonly phase: 'ready'; readonly child: ForkedProcess; readonly sinceMs: number }
  | { readonly phase: 'waiting'; readonly callOff: () => void }
  | { readonly phase: 'ended' };

/** The place of one process that serves: whatever process is in it has its number. */
export class ServingSlot {
  readonly number: number;
  readonly #clock: PrimaryClock;
  #state: SlotState = { phase: 'new' };
  #lastDelayMs: number | null = null;
  #wasReady = false;

  constructor(number: number, clock: PrimaryClock) {
    this.number = number;
    this.#clock = clock;
  }

  get phase(): SlotState['phase'] {
    return this.#state.phase;
  }

  /** The process in it; null while there is none. */
  get child(): ForkedProcess | null {
    return 'child' in this.#state ? this.#state.child : null;
  }

  /** Whether its process, or one before it, was ever ready. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Whether its process is told what happens. */
  get isMember(): boolean {
    return this.phase === 'starting' || this.phase === 'ready';
  }

  forked(child: ForkedProcess): void {
    this.#state = { phase: 'forked', child };
  }

  welcomed(): void {
    const { child } = this;
    if (child !== null) this.#state = { phase: 'starting', child };
  }

  ready(): void {
    const { child } = this;
    if (child !== null) this.#state = { phase: 'ready', child, sinceMs: this.#clock.now() };
    this.#wasReady = true;
  }

  /** Has another process started after a while. @returns the while, in milliseconds. */
  startLater(start: () => void): number {
    const readyForMs = this.#state.phase === 'ready' ? this.#clock.now() - this.#state.sinceMs : null;
    const delayMs = nextRestartDelay(this.#lastDelayMs, readyForMs);
    this.#lastDelayMs = delayMs;
    this.#state = { phase: 'waiting', callOff: this.#clock.after(delayMs, start) };
    return delayMs;
  }

  /** No process follows. */
  end(): void {
    if (this.#state.phase === 'waiting') this.#state.callOff();
    this.#state = { phase: 'ended' };
  }

  tell(message: ToServing): void {
    if (this.isMember) this.child?.send(message);
  }
}
