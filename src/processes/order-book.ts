import type { LogLevel } from '../config/log-settings.ts';
import { Holds, type HeldOrders } from '../repository/holds.ts';
import type { SharedTask } from './messages.ts';

/** What was asked for by hand so far, for processes that start later: the folder of the models does not know it. */
export class OrderBook {
  readonly #models = new Map<string, Holds>();
  #logLevel: LogLevel | null = null;

  /** Every model of which something was asked for. */
  get orders(): readonly (readonly [model: string, orders: HeldOrders])[] {
    return [...this.#models].map(([model, holds]) => [model, holds.orders] as const);
  }

  /** The level of the log that was asked for last; null where nobody did. */
  get logLevel(): LogLevel | null {
    return this.#logLevel;
  }

  /** Whether anything was asked for of a model. */
  has(model: string): boolean {
    return this.#models.has(model);
  }

  note(task: SharedTask): void {
    if (task.kind === 'rescan') return;
    if (task.kind === 'log') {
      this.#logLevel = task.level;
      return;
    }
    const { model } = task;
    if (task.kind === 'forget') this.#models.delete(model);
    else {
      const holds = this.#models.get(model) ?? new Holds();
      holds.obey(task.order, task.source);
      this.#models.set(model, holds);
    }
  }
}
