import type { Spending } from '../access/budgets/budgets.ts';
import type { LogLevel } from '../config/log-settings.ts';
import type { ErrorCode } from '../errors.ts';
import type { Report } from '../observability/metrics/readings.ts';
import type { HeldOrders } from '../repository/holds.ts';
import type { Order } from '../repository/model-entry.ts';

/** What every process has to do when one of them was asked for it. */
export type SharedTask =
  | {
      readonly kind: 'order';
      readonly model: string;
      readonly order: Order;
      /** What a version to accept was loaded from, so that all accept the same files, whichever they have seen so far. */
      readonly source: string | null;
    }
  /** The model's folder went, or was another one for a moment: what was asked for by hand ended with it. */
  | { readonly kind: 'forget'; readonly model: string }
  | { readonly kind: 'rescan' }
  | { readonly kind: 'log'; readonly level: LogLevel };

/** What all processes have counted together. */
export interface GatheredReport {
  readonly report: Report;
  /** How many processes did not report in time: of them it is what they reported last. */
  readonly silent: number;
}

/** Why a process could not do what it had to, as clients may see it. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A problem, and in which process. */
export interface ProcessProblem extends Problem {
  readonly number: number;
}

/** What a process that serves is told when it begins. */
export interface Place {
  /** Which one it is, from 1 on; what takes the place of a process that ended has its number. */
  readonly number: number;
  readonly total: number;
  /** Where all listen; 0 lets the system choose, once for all of them. */
  readonly port: number;
  readonly logFormat: 'json' | 'pretty';
  /** What an administrator asked for last; null where nobody did. */
  readonly logLevel: LogLevel | null;
  /** What was asked for by hand so far, by model. */
  readonly orders: readonly (readonly [model: string, orders: HeldOrders])[];
}

/**
 * What passes between the primary process and one that serves. Each side gets the messages of the other in the order in
 * which they were sent. A serving process says hello first, and is told nothing before that.
 */
export type ToPrimary =
  | { readonly kind: 'hello' }
  | { readonly kind: 'listening'; readonly port: number }
  /** Every model found at the start is ready or has said why it is not. */
  | { readonly kind: 'ready' }
  /** It cannot start, and ends. */
  | { readonly kind: 'failed'; readonly message: string; readonly exitCode: number }
  /** To be done in every process, the one that asks among them. */
  | { readonly kind: 'ask'; readonly id: number; readonly task: SharedTask }
  | { readonly kind: 'done'; readonly round: number; readonly problem: Problem | null }
  /** To be taken from the budget of a caller, which all processes share. */
  | { readonly kind: 'spend'; readonly id: number; readonly account: string; readonly cost: number }
  /** What all processes have counted is asked for. */
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'report'; readonly round: number; readonly report: Report };

export type ToServing =
  | { readonly kind: 'welcome'; readonly place: Place }
  /** Which processes are ready. */
  | { readonly kind: 'census'; readonly ready: readonly number[] }
  /** @see ToPrimary `done` answers it. `asker` is the process that asked. */
  | { readonly kind: 'do'; readonly round: number; readonly task: SharedTask; readonly asker: number }
  /** All have done what was asked for, but those that are listed. */
  | { readonly kind: 'answer'; readonly id: number; readonly problems: readonly ProcessProblem[] }
  /** @see ToPrimary `spend` */
  | { readonly kind: 'spent'; readonly id: number; readonly spending: Spending }
  /** @see ToPrimary `report` answers it. */
  | { readonly kind: 'report'; readonly round: number }
  /** @see ToPrimary `gather` */
  | { readonly kind: 'gathered'; readonly id: number; readonly gathered: GatheredReport }
  /** Null where no signal asked for it, but another process could not start. */
  | { readonly kind: 'stop'; readonly signal: string | null };
