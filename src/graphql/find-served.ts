import { GatewayError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { ModelEntry, VersionEntry } from '../repository/model-entry.ts';
import { defaultVersion, resolveVersionRef } from '../repository/version-policy.ts';
import { apiNames } from './api-names.ts';
import type { ServedModels } from './live-moment.ts';

/**
 * Finds the version that a request means.
 * @param ref a number or a label; null or undefined for the default.
 * @throws GatewayError `MODEL_NOT_FOUND`, `MODEL_VERSION_NOT_FOUND` or `MODEL_UNAVAILABLE`, saying what there is.
 */
export function findServed(models: ServedModels, name: string, ref: string | null | undefined): ServedModel {
  const model = models.get(name);
  if (model === undefined) throw modelNotFound(models, name);
  const version = ref === null || ref === undefined ? intendedVersion(model) : versionOf(model, ref);
  const entry = model.versions.find((candidate) => candidate.version === version);
  if (entry === undefined) throw unavailable(model, null);
  if (entry.served === null) throw unavailable(model, entry);
  return entry.served;
}

/**
 * Why the schema has no such field below `predict`, where a model of the repository would have it and is not served.
 * @returns null for every other field.
 */
export function explainAbsentField(models: ServedModels, field: string): GatewayError | null {
  for (const model of models.values()) {
    const names = apiNames(model.name);
    if (model.defaultVersion !== null || (names.field !== field && names.batchField !== field)) continue;
    const version = intendedVersion(model);
    return unavailable(model, model.versions.find((entry) => entry.version === version) ?? null);
  }
  return null;
}

/** The version that serves by default; while there is none, the one that would, had it been ready. */
function intendedVersion({ defaultVersion: ready, versions, manifest }: ModelEntry<ServedModel>): number | null {
  if (ready !== null) return ready;
  const wanted = versions.filter(({ state }) => state.phase !== 'UNLOADED' && state.phase !== 'DRAINING');
  return defaultVersion(
    wanted.map(({ version }) => version),
    manifest.versions.serve,
  );
}

/** @throws GatewayError `MODEL_VERSION_NOT_FOUND` */
function versionOf(model: ModelEntry<ServedModel>, ref: string): number {
  const versions = model.versions.map(({ version }) => version);
  // A label that is not in force yet finds the version that it is to name, and with it the reason.
  const labels = new Map([...Object.entries(model.manifest.versions.labels), ...model.labels]);
  const version = resolveVersionRef(ref, versions, labels);
  if (version !== null) return version;
  const there = [...versions, ...labels.keys()].join(', ') || 'none';
  throw new GatewayError(
    'MODEL_VERSION_NOT_FOUND',
    `The model "${model.name}" has no version "${ref}"; it has ${there}.`,
    {
      model: model.name,
      version: ref,
    },
  );
}

function modelNotFound(models: ServedModels, name: string): GatewayError {
  const names = [...models.keys()];
  const there =
    names.length === 0 ? 'it is empty' : `it has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
  return new GatewayError('MODEL_NOT_FOUND', `The repository has no model "${name}"; ${there}.`, { model: name });
}

function unavailable(model: ModelEntry<ServedModel>, entry: VersionEntry<ServedModel> | null): GatewayError {
  if (entry === null) {
    const why = model.problem ?? 'No version of it is ready.';
    return new GatewayError('MODEL_UNAVAILABLE', `The model "${model.name}" is not served: ${why}`, {
      model: model.name,
    });
  }
  const { state, version } = entry;
  const why = 'reason' in state ? `${state.phase}, ${state.reason}` : `it is ${state.phase}.`;
  return new GatewayError(
    'MODEL_UNAVAILABLE',
    `Version ${version} of the model "${model.name}" is not served: ${why}`,
    {
      model: model.name,
      version: String(version),
    },
  );
}
