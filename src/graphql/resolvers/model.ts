import { apiNames } from '../api-names.ts';
import { resolveVersionRef } from '../../repository/version-policy.ts';
import { readStats } from '../model-stats.ts';
import type { ExampleOperationResolvers, ModelResolvers } from '../generated/resolvers.ts';
import type { ModelSource, VersionSource } from '../sources.ts';

export const modelResolvers: ModelResolvers = {
  title: ({ manifest }) => manifest.title ?? null,
  description: ({ manifest }) => manifest.description ?? null,
  task: ({ manifest }) => manifest.task,
  field: (model) => (model.defaultVersion === null ? null : apiNames(model.name).field),
  batchField: (model) => (model.defaultVersion === null ? null : apiNames(model.name).batchField),
  labels: (model) => versionOf(model, model.defaultVersion)?.entry.served?.task.labels ?? model.manifest.labels ?? null,
  features: (model) => versionOf(model, model.defaultVersion)?.entry.served?.task.features ?? [],
  rowWeight: ({ manifest }) => manifest.rowWeight,
  example: (model, _arguments, { services, request }) => {
    const served = versionOf(model, model.defaultVersion)?.entry.served;
    if (served == null || !request.caller.grant.mayPredict(model.name)) return null;
    return services.examples.of(served)?.operation ?? null;
  },
  ready: ({ defaultVersion }) => defaultVersion !== null,
  defaultVersion: (model) => versionOf(model, model.defaultVersion),
  version: (model, { version }) => {
    const versions = model.versions.map((entry) => entry.version);
    return versionOf(model, resolveVersionRef(version, versions, model.labels));
  },
  versions: (model) => model.versions.map((entry) => ({ model, entry })).toReversed(),
  stats: ({ name }, _arguments, context) => readStats(context, name, null),
  versionLabels: ({ labels }) => [...labels].map(([label, version]) => ({ label, version })),
};

export const exampleOperationResolvers: ExampleOperationResolvers = {
  variables: ({ variables }) => (variables === null ? null : JSON.stringify(variables)),
};

function versionOf(model: ModelSource, version: number | null): VersionSource | null {
  const entry = model.versions.find((candidate) => candidate.version === version);
  return entry === undefined ? null : { model, entry };
}
