import { InferenceRecorder } from './inference-recorder.ts';
import { Lingering } from './lingering.ts';
import { joinReadings, type Report } from './readings.ts';

/** The recorders of all versions. A version that is loaded again goes on counting where it was. */
export class InferenceRecorders {
  readonly #now: () => number;
  readonly #recorders: Lingering<InferenceRecorder>;

  /** @param now milliseconds on a clock that never goes backwards. */
  constructor(now: () => number) {
    this.#now = now;
    this.#recorders = new Lingering(now);
  }

  of(model: string, version: number): InferenceRecorder {
    return this.#recorders.of(`${model}/${version}`, () => new InferenceRecorder(model, version, this.#now));
  }

  /** What all versions did. @param isThere whether a version, named such as `iris/1`, is in the repository. */
  report(isThere: (version: string) => boolean): Report {
    const reports = this.#recorders.values(isThere).map(([, recorder]) => recorder.report);
    return {
      sinceStart: joinReadings(reports.map(({ sinceStart }) => sinceStart)),
      lastMinute: joinReadings(reports.map(({ lastMinute }) => lastMinute)),
    };
  }
}
