import type { Reading, Readings } from '../observability/metrics/readings.ts';
import type { ModelEntry, VersionEntry } from '../repository/model-entry.ts';
import type { ServedModel } from './served-model.ts';

/** How the models of a repository stand now: what is loaded, and what waits and runs. */
export function readModels(models: ReadonlyMap<string, ModelEntry<ServedModel>>): Readings {
  const versions = [...models.values()].flatMap((model) =>
    model.versions.map((entry): [string, VersionEntry<ServedModel>] => [model.name, entry]),
  );
  const ofServed = (value: (served: ServedModel) => number): Reading[] =>
    versions.flatMap(([model, { version, served }]) =>
      served === null ? [] : [[[model, String(version)], value(served)]],
    );
  return {
    inferql_model_ready: [...models.values()].map(({ name, defaultVersion }) => [
      [name],
      defaultVersion === null ? 0 : 1,
    ]),
    inferql_model_version_state: versions.map(([model, { version, state }]) => [
      [model, String(version), state.phase],
      1,
    ]),
    inferql_model_update_state: versions.flatMap(([model, { version, update }]): Reading[] =>
      update === null ? [] : [[[model, String(version), update.phase], 1]],
    ),
    inferql_model_instances: ofServed(({ model }) => model.instances),
    inferql_model_instances_busy: ofServed(({ batcher }) => batcher.busyInstances),
    inferql_inference_pending_rows: ofServed(({ batcher }) => batcher.queuedRows),
    inferql_inference_queue_limit_rows: ofServed(({ batching }) => batching.maxQueueRows),
  };
}
