import type { Budgets } from '../access/budgets/budgets.ts';
import { GatewayError, mayBeShown } from '../errors.ts';
import { emptyReport, type Report } from '../observability/metrics/readings.ts';
import type { HeldOrders } from '../repository/holds.ts';
import type { GatheredReport, Problem, ProcessProblem, SharedTask } from './messages.ts';

/**
 * Does in this process what every process has to do.
 * @param isAsker whether the process that was asked is this one, and so has looked already at what it is about.
 */
export type CarryOut = (task: SharedTask, isAsker: boolean) => Promise<void>;

/** The processes that serve one address and one folder of models together, as one of them sees them. */
export interface Peers {
  /** Which one this is, from 1 on. */
  readonly number: number;
  readonly total: number;
  /** How many of the others are ready. */
  readonly readyOthers: number;
  /** What was asked for by hand before this process began, by model. */
  readonly orders: ReadonlyMap<string, HeldOrders>;
  /** The budgets that callers have in all processes together; null for a process that has no peers. */
  readonly budgets: Budgets | null;
  /**
   * Has something done in every process, this one among them. Resolves when all have done it.
   * @throws GatewayError saying which of them could not, and why.
   */
  carryOut(task: SharedTask): Promise<void>;
  /** Says how this process does it. @param onFault told of errors that only the log of this process can show. */
  onTask(carryOut: CarryOut, onFault: (error: unknown) => void): void;
  /** Has every process say what it has counted, this one among them. */
  gather(): Promise<GatheredReport>;
  /** Says how this process does it. */
  onReport(report: () => Report): void;
}

/** The peers of a process that has none. */
export function noPeers(): Peers {
  let here: CarryOut | null = null;
  let reportHere = () => emptyReport;
  return {
    number: 1,
    total: 1,
    readyOthers: 0,
    orders: new Map(),
    budgets: null,
    carryOut: async (task) => await here?.(task, true),
    onTask: (carryOut) => {
      here = carryOut;
    },
    gather: async () => ({ report: reportHere(), silent: 0 }),
    onReport: (report) => {
      reportHere = report;
    },
  };
}

/** How many processes there are, and how many of them are ready. @param isReady whether this one is. */
export function readinessOf({ total, readyOthers }: Peers, isReady: boolean): { ready: number; total: number } {
  return { ready: readyOthers + (isReady ? 1 : 0), total };
}

/** Why something could not be done, for the process that was asked for it. */
export function problemOf(error: unknown): Problem {
  if (mayBeShown(error)) return { code: error.code, message: error.message };
  return { code: 'INTERNAL_SERVER_ERROR', message: error instanceof Error ? error.message : String(error) };
}

/** What clients are told of problems in some processes. @param total how many processes there are. */
export function errorOf(first: ProcessProblem, problems: readonly ProcessProblem[], total: number): GatewayError {
  const numbers = problems.map(({ number }) => number).toSorted((a, b) => a - b);
  const where = numbers.length === 1 ? `process ${numbers.join()}` : `processes ${numbers.join(', ')}`;
  const rest = `That was so in ${where} of ${total}; the others did what was asked for.`;
  return new GatewayError(first.code, numbers.length === total ? first.message : `${first.message} ${rest}`);
}
