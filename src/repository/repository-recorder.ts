import { timeBuckets } from '../observability/metrics/buckets.ts';
import { Histogram } from '../observability/metrics/histogram.ts';
import { Lingering } from '../observability/metrics/lingering.ts';
import { Outcomes } from '../observability/metrics/outcomes.ts';
import type { Readings } from '../observability/metrics/readings.ts';
import type { RepositoryEvent } from './model-entry.ts';
import { isSettled, type VersionPhase } from './version-state.ts';

/** What happened to one model. */
class ModelRecord {
  readonly phases = new Outcomes<VersionPhase>();
  readonly loads = new Histogram(timeBuckets);
  /** When versions began to be loaded, in milliseconds since 1970. */
  readonly loading = new Map<number, number>();
  /** The versions that serve. */
  readonly ready = new Set<number>();
  swaps = 0;
}

/** Counts what happens in the repository. */
export class RepositoryRecorder {
  readonly #models: Lingering<ModelRecord>;

  /** @param now milliseconds on a clock that never goes backwards. */
  constructor(now: () => number) {
    this.#models = new Lingering(now);
  }

  record(event: RepositoryEvent): void {
    if (event.kind === 'DEFAULT') {
      if (event.from !== null && event.version !== null) this.#of(event.model).swaps += 1;
    } else if (event.kind === 'STATE') this.#recordState(event);
  }

  /** @param isThere whether a model is in the repository. */
  readings(isThere: (model: string) => boolean): Readings {
    const models = this.#models.values(isThere);
    return {
      inferql_model_phases_total: models.flatMap(([model, { phases }]) =>
        phases.entries.map(([phase, count]) => [[model, phase], count] as const),
      ),
      inferql_model_swaps_total: models.map(([model, { swaps }]) => [[model], swaps]),
      inferql_model_load_duration_seconds: models.map(([model, { loads }]) => [[model], loads.data]),
    };
  }

  #recordState({ model, version, state, update }: Extract<RepositoryEvent, { kind: 'STATE' }>): void {
    const record = this.#of(model);
    const { phase, since } = state;
    record.phases.count(phase);
    const began = record.loading.get(version);
    if (phase === 'LOADING') record.loading.set(version, since.getTime());
    else if (isSettled(state)) record.loading.delete(version);
    if (began !== undefined && isSettled(state)) record.loads.observe(Math.max(0, since.getTime() - began));
    if (phase === 'READY') {
      // It served already: its files changed, and what was loaded of them takes the place of what was loaded before.
      if (record.ready.has(version)) record.swaps += 1;
      record.ready.add(version);
    } else if (!update) record.ready.delete(version);
  }

  #of(model: string): ModelRecord {
    return this.#models.of(model, () => new ModelRecord());
  }
}
