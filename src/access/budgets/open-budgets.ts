import type { RateLimit } from '../../config/rate-limit-settings.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Budgets } from './budgets.ts';

/** Budgets with what they hold open. */
export interface OpenBudgets {
  /** Null where nobody's are limited. */
  readonly budgets: Budgets | null;
  close(): void;
}

/**
 * Opens the budgets of callers. What counts them is only loaded where they are limited.
 * @param shared those that the processes of this server share; null where it is the only one.
 */
export async function openBudgets(
  rateLimit: RateLimit | null,
  shared: Budgets | null,
  logger: Logger,
): Promise<OpenBudgets> {
  if (rateLimit === null) return { budgets: null, close: () => undefined };
  const here = shared ?? new (await import('./memory-budgets.ts')).MemoryBudgets(rateLimit);
  if (rateLimit.redis === null) return { budgets: here, close: () => undefined };
  const { openRedisBudgets } = await import('./redis-budgets.ts');
  const budgets = openRedisBudgets(rateLimit, rateLimit.redis, here, logger);
  return { budgets, close: () => budgets.close() };
}
