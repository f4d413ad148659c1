import type { ErrorCode, LimitName } from '../../errors.ts';
import { timeBuckets } from './buckets.ts';
import { Histogram } from './histogram.ts';
import { Outcomes } from './outcomes.ts';
import type { Readings } from './readings.ts';

/** The status that requests count with whose client left before their answer, as the table of errors has it. */
const clientLeft = 499;

/** What a GraphQL operation is, as far as it was found out. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'none';

/** `errors` where there is data beside them; `refused` where nothing ran. */
export type OperationOutcome = 'success' | 'errors' | 'refused';

/** One HTTP request that was answered or left. */
export interface EndedRequest {
  /** The route's path; null where there is none at what was asked for. */
  readonly route: string | null;
  readonly status: number;
  readonly isAborted: boolean;
  readonly durationMs: number;
  readonly errorCodes: ReadonlySet<string>;
  /** The limits that something of it was refused by; null where it was not. */
  readonly refusedBy: ReadonlySet<LimitName> | null;
  /** Who asked: the id of an API key, or `token`, `anonymous` or `none`. Looked at only where something was refused. */
  readonly key: () => string;
}

interface RouteRecord {
  readonly statuses: Map<number, number>;
  readonly duration: Histogram;
}

/** Counts requests, operations and refusals. */
export class RequestRecorder {
  readonly #routes = new Map<string | null, RouteRecord>();
  readonly #operations = new Map<OperationType, Outcomes<OperationOutcome>>();
  readonly #errors = new Outcomes<ErrorCode>();
  readonly #refusals = new Map<LimitName, Outcomes>();
  #inFlight = 0;

  requestBegan(): void {
    this.#inFlight += 1;
  }

  requestEnded({ route, status, isAborted, durationMs, errorCodes, refusedBy, key }: EndedRequest): void {
    this.#inFlight -= 1;
    const record = this.#routes.get(route) ?? this.#open(route);
    const shown = isAborted ? clientLeft : status;
    record.statuses.set(shown, (record.statuses.get(shown) ?? 0) + 1);
    record.duration.observe(durationMs);
    for (const code of errorCodes) this.#errors.count(code as ErrorCode);
    if (refusedBy === null) return;
    for (const limit of refusedBy) {
      const keys = this.#refusals.get(limit) ?? new Outcomes();
      keys.count(key());
      this.#refusals.set(limit, keys);
    }
  }

  operationEnded(type: OperationType, outcome: OperationOutcome): void {
    let outcomes = this.#operations.get(type);
    if (outcomes === undefined) this.#operations.set(type, (outcomes = new Outcomes()));
    outcomes.count(outcome);
  }

  get readings(): Readings {
    const routes = [...this.#routes].map(([route, record]) => [route ?? 'none', record] as const);
    return {
      inferql_http_requests_total: routes.flatMap(([route, { statuses }]) =>
        [...statuses].map(([status, count]) => [[route, String(status)], count] as const),
      ),
      inferql_http_request_duration_seconds: routes.map(([route, { duration }]) => [[route], duration.data]),
      inferql_http_requests_in_flight: [[[], this.#inFlight]],
      inferql_graphql_operations_total: [...this.#operations].flatMap(([type, outcomes]) =>
        outcomes.entries.map(([outcome, count]) => [[type, outcome], count] as const),
      ),
      inferql_request_errors_total: this.#errors.entries.map(([code, count]) => [[code], count]),
      inferql_request_refusals_total: [...this.#refusals].flatMap(([limit, keys]) =>
        keys.entries.map(([key, count]) => [[limit, key], count] as const),
      ),
    };
  }

  #open(route: string | null): RouteRecord {
    const record = { statuses: new Map<number, number>(), duration: new Histogram(timeBuckets) };
    this.#routes.set(route, record);
    return record;
  }
}
