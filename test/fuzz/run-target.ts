import fc from 'fast-check';
import type { Bench } from './bench.ts';
import type { FuzzTarget } from './target.ts';
import { Watchdog } from './watchdog.ts';

export interface FuzzRun {
  readonly cases: number;
  readonly seed: number;
  /** Leads to one case, from the message of a failure; then there is that case alone. */
  readonly path?: string | undefined;
  /** No case begins after this time, in milliseconds. */
  readonly withinMs: number;
  /** Told after each case. */
  readonly onCase?: (done: number) => void;
}

export interface FuzzReport {
  readonly target: string;
  readonly cases: number;
  readonly durationMs: number;
  /** How often each outcome came. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The case that took longest; null without any. */
  readonly slowest: { readonly ms: number; readonly what: string } | null;
  /** Why the target failed, with the smallest case that was found and how to try it again; null when it did not. */
  readonly failure: string | null;
}

/** Longer than anything that works takes, also on a busy machine: what is not answered by then hangs. */
const hangMs = 30_000;

/** Characters of a case. */
const longestShown = 300;

/** Throws cases at a target until one fails, and then looks whether it still works. */
export async function runTarget(target: FuzzTarget, bench: Bench, run: FuzzRun): Promise<FuzzReport> {
  const outcomes = new Map<string, number>();
  let cases = 0;
  let slowest: { readonly ms: number; readonly each: unknown } | null = null;
  let current: { readonly at: number; readonly each: unknown } | null = null;
  const start = performance.now();
  const ended = (failure: string | null): FuzzReport => {
    const told = slowest === null ? null : { ms: slowest.ms, what: fc.stringify(slowest.each).slice(0, longestShown) };
    return { target: target.name, cases, durationMs: performance.now() - start, outcomes, slowest: told, failure };
  };
  const opened = await target.open(bench).catch((error: unknown) => new Error(String(error), { cause: error }));
  if (opened instanceof Error) return ended(`It cannot be opened: ${opened.message}`);
  const watchdog = new Watchdog(2 * hangMs);
  const property = opened.property({
    begin: (each) => {
      watchdog.begin(target.name, each);
      current = { at: performance.now(), each };
    },
    end: (outcome) => {
      cases += 1;
      watchdog.end();
      const ms = current === null ? 0 : performance.now() - current.at;
      if (ms > (slowest?.ms ?? -1)) slowest = { ms, each: current?.each };
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      run.onCase?.(cases);
    },
  });
  const details = await fc.check(property, {
    seed: run.seed,
    numRuns: run.cases,
    plugins: [fc.timeout(hangMs), fc.interruptAfterTimeLimit(run.withinMs)],
    ...(run.path === undefined ? {} : { path: run.path }),
  });
  if (details.failed)
    return ended(
      `${fc.defaultReportMessage(details)}\n${stackOf(details.errorInstance)}\nTry it again: ${replay(target, details)}`,
    );
  return ended(
    await opened.stillWorks().then(
      () => null,
      (error: unknown) => `After ${cases} cases of seed ${run.seed} it did not work any more: ${String(error)}`,
    ),
  );
}

/** What went wrong, and where it was noticed. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function replay({ name }: FuzzTarget, { seed, counterexamplePath }: fc.RunDetails<unknown>): string {
  return `npm run fuzz -- --target "${name}" --seed ${seed} --path "${counterexamplePath ?? ''}"`;
}
