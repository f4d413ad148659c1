import { timeBuckets } from './buckets.ts';
import { Histogram } from './histogram.ts';
import { InferenceTally, type CallOutcome, type InferenceOutcome } from './inference-tally.ts';
import { Outcomes } from './outcomes.ts';
import { joinReadings, type Readings, type Report } from './readings.ts';

/** The last minute is kept in parts that go one after the other: it is 55 to 60 seconds long. */
const parts = 12;
const partMs = 5000;

/** What is told of one call of the runtime. */
export interface RecordedCall {
  /** Rows in the call. */
  readonly batchSize: number;
  readonly computeMs: number;
  readonly outcome: CallOutcome;
}

/**
 * Counts what one served version does, since the start and over the last minute. Whoever records has it at hand: nothing
 * is looked up for a request. Each event is written once, into the newest part of the last minute; parts that are over
 * are added to what was before.
 */
export class InferenceRecorder {
  readonly #labels: readonly [model: string, version: string];
  readonly #now: () => number;
  readonly #requests = new Outcomes<InferenceOutcome | 'partial'>(['success']);
  readonly #duration = new Histogram(timeBuckets);
  readonly #encode = new Histogram(timeBuckets);
  readonly #decode = new Histogram(timeBuckets);
  readonly #before = new InferenceTally();
  readonly #minute: readonly InferenceTally[] = Array.from({ length: parts }, () => new InferenceTally());
  #part = 0;
  #newest: InferenceTally;
  #losses = 0;

  /** @param now milliseconds on a clock that never goes backwards. */
  constructor(model: string, version: number, now: () => number) {
    this.#labels = [model, String(version)];
    this.#now = now;
    this.#part = Math.floor(now() / partMs);
    this.#newest = this.#tallyOf(this.#part);
  }

  /** A prediction, list or raw inference has its result. @param at when; @param durationMs since its request came. */
  requestEnded(outcome: InferenceOutcome | 'partial', at: number, durationMs: number): void {
    this.#turn(at);
    this.#requests.count(outcome);
    this.#duration.observe(durationMs);
  }

  /** So many rows of a request that has just ended have their result. */
  inferencesEnded(outcome: InferenceOutcome, rows: number): void {
    this.#newest.inferences.count(outcome, rows);
  }

  encoded(durationMs: number): void {
    this.#encode.observe(durationMs);
  }

  decoded(durationMs: number): void {
    this.#decode.observe(durationMs);
  }

  /** So many rows have waited so long for the call that answered them, at a moment. */
  waited(queueMs: number, rows: number, at: number): void {
    this.#turn(at);
    this.#newest.queue.observe(queueMs, rows);
  }

  /** @param at when it ended. */
  called({ batchSize, computeMs, outcome }: RecordedCall, at: number): void {
    this.#turn(at);
    this.#newest.calls.count(outcome);
    this.#newest.batchRows.observe(batchSize);
    this.#newest.compute.observe(computeMs);
  }

  instanceLost(): void {
    this.#losses += 1;
  }

  get report(): Report {
    this.#turn(this.#now());
    const lastMinute = new InferenceTally();
    for (const part of this.#minute) lastMinute.add(part);
    const sinceStart = new InferenceTally();
    sinceStart.add(this.#before);
    sinceStart.add(lastMinute);
    return {
      sinceStart: joinReadings([this.#ownReadings(), sinceStart.readings(this.#labels)]),
      lastMinute: lastMinute.readings(this.#labels),
    };
  }

  #ownReadings(): Readings {
    const labels = this.#labels;
    return {
      inferql_inference_requests_total: this.#requests.entries.map(([name, count]) => [[...labels, name], count]),
      inferql_inference_request_duration_seconds: [[labels, this.#duration.data]],
      inferql_inference_encode_duration_seconds: [[labels, this.#encode.data]],
      inferql_inference_decode_duration_seconds: [[labels, this.#decode.data]],
      inferql_model_instances_lost_total: [[labels, this.#losses]],
    };
  }

  /** Begins the part of the minute that a moment is in, where it has not begun yet. */
  #turn(at: number): void {
    const part = Math.floor(at / partMs);
    if (part <= this.#part) return;
    // After a pause of more than a minute all of them are over.
    for (let next = Math.max(this.#part + 1, part - parts + 1); next <= part; next += 1) {
      const tally = this.#tallyOf(next);
      this.#before.add(tally);
      tally.clear();
    }
    this.#part = part;
    this.#newest = this.#tallyOf(part);
  }

  #tallyOf(part: number): InferenceTally {
    const tally = this.#minute[part % parts];
    if (tally === undefined) throw new Error('The clock shows no number.');
    return tally;
  }
}
