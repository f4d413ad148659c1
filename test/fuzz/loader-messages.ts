import type { CheckReport } from '../../src/cli/check-report.ts';

/** A folder of models to check. */
export interface LoaderRequest {
  readonly models: string;
}

/** What was found out about it. */
export interface LoaderAnswer {
  readonly report: CheckReport;
  /** What was logged as an error: faults of ours. */
  readonly faults: string;
}
