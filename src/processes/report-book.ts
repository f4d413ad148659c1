import { emptyReport, lasting, mergeReports, withoutModels, type Report } from '../observability/metrics/readings.ts';

/**
 * What the processes reported last. A sum over processes must never go down, or scrapers would take that for a new start
 * and count all of it once more: a process that does not answer stands as it last did, and what one that ended had
 * counted stays.
 */
export class ReportBook {
  readonly #last = new Map<number, Report>();
  #ended: Report = emptyReport;

  note(number: number, report: Report): void {
    this.#last.set(number, report);
  }

  /** The process of a number is gone; another may take its place and its number. */
  ended(number: number): void {
    const last = this.#last.get(number);
    this.#last.delete(number);
    if (last !== undefined) this.#ended = mergeReports([this.#ended, lasting(last)]);
  }

  /** All of it together. */
  get whole(): Report {
    const living = mergeReports([...this.#last.values()]);
    // Processes that serve forget models that went some time ago, and so does what is left of those that ended.
    const models = new Set(
      (living.sinceStart.inferql_model_phases_total ?? []).map(([[model]]) => model),
    ) as ReadonlySet<string>;
    this.#ended = withoutModels(this.#ended, (model) => models.has(model));
    return mergeReports([living, this.#ended]);
  }
}
