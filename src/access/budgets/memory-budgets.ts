import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RateLimit } from '../../config/rate-limit-settings.ts';
import type { Budgets, Spending } from './budgets.ts';

/** Some 30 MB at most. Whoever has not asked for anything for the longest time begins anew. */
const mostAccounts = 100_000;

/** Budgets in the memory of this process. */
export class MemoryBudgets implements Budgets {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #mostAccounts: number;
  readonly #limiter: RateLimiterMemory;
  /** The latest used last. The limiter itself keeps as many as there are. */
  readonly #accounts = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ cost, windowSeconds }: Pick<RateLimit, 'cost' | 'windowSeconds'>, most = mostAccounts) {
    this.#limit = cost;
    this.#windowMs = windowSeconds * 1000;
    this.#mostAccounts = most;
    this.#limiter = new RateLimiterMemory({ points: cost, duration: windowSeconds });
  }

  spend(account: string, cost: number): Promise<Spending> {
    // One after the other: the limiter takes from a budget also what it refuses, and so has to be asked before.
    const spending = this.#turn.then(() => this.#spend(account, cost));
    this.#turn = spending.catch(() => undefined);
    return spending;
  }

  async #spend(account: string, cost: number): Promise<Spending> {
    const before = await this.#limiter.get(account);
    const isOver = before === null || before.msBeforeNext <= 0;
    const used = isOver ? 0 : before.consumedPoints;
    const resetMs = isOver ? this.#windowMs : before.msBeforeNext;
    if (used + cost > this.#limit) return { isGranted: false, remaining: this.#limit - used, resetMs };
    await this.#limiter.consume(account, cost);
    await this.#remember(account);
    return { isGranted: true, remaining: this.#limit - used - cost, resetMs };
  }

  async #remember(account: string): Promise<void> {
    this.#accounts.delete(account);
    this.#accounts.add(account);
    if (this.#accounts.size <= this.#mostAccounts) return;
    const [oldest] = this.#accounts;
    if (oldest === undefined) return;
    this.#accounts.delete(oldest);
    await this.#limiter.delete(oldest);
  }
}
