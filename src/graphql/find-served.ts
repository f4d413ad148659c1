import { GatewayError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { EventHistory } from '../repository/event-history.ts';
import type { ModelEntry, VersionEntry } from '../repository/model-entry.ts';
import { defaultVersion, resolveVersionRef } from '../repository/version-policy.ts';
import { apiNames } from './api-names.ts';
import type { ServedModels } from './live-moment.ts';

/** A field of a model that the schema lacks, and why. */
export interface AbsentField {
  readonly field: string;
  readonly reason: GatewayError;
}

/** What is remembered of models that are gone. */
type Removals = Pick<EventHistory, 'lastRemoved'>;

/**
 * Finds the version that a request means.
 * @param ref a number or a label; null or undefined for the default.
 * @throws GatewayError `MODEL_NOT_FOUND`, `MODEL_VERSION_NOT_FOUND` or `MODEL_UNAVAILABLE`, saying what there is.
 */
export function findServed(
  models: ServedModels,
  name: string,
  ref: string | null | undefined,
  removals?: Removals,
): ServedModel {
  const model = findModel(models, name, removals);
  const version = ref === null || ref === undefined ? intendedVersion(model) : findVersion(model, ref);
  const entry = model.versions.find((candidate) => candidate.version === version);
  if (entry === undefined) throw unavailable(model, null);
  if (entry.served === null) throw unavailable(model, entry);
  return entry.served;
}

/** @throws GatewayError `MODEL_NOT_FOUND`, saying what there is, or when it went. */
export function findModel(models: ServedModels, name: string, removals?: Removals): ModelEntry<ServedModel> {
  const model = models.get(name);
  if (model !== undefined) return model;
  throw modelGone((each) => each === name, removals) ?? modelNotFound(models, name);
}

/**
 * Why the schema lacks one of these fields below `predict`: a model of the repository would have it and is not served, or
 * one had it and is gone.
 * @returns the field and why; null where they are no model's.
 */
export function explainAbsentField(
  models: ServedModels,
  fields: Pick<ReadonlySet<string>, 'has'>,
  removals?: Removals,
): AbsentField | null {
  const fieldOf = (name: string): string | undefined => {
    const { field, batchField } = apiNames(name);
    return [field, batchField].find((each) => fields.has(each));
  };
  for (const model of models.values()) {
    const field = model.defaultVersion === null ? fieldOf(model.name) : undefined;
    if (field === undefined) continue;
    const version = intendedVersion(model);
    const entry = model.versions.find((candidate) => candidate.version === version) ?? null;
    return { field, reason: unavailable(model, entry) };
  }
  const reason = modelGone((name) => !models.has(name) && fieldOf(name) !== undefined, removals);
  const field = fieldOf(reason?.options.model ?? '');
  return reason === null || field === undefined ? null : { field, reason };
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

/**
 * Finds the number of the version that a number or a label means, whatever its state.
 * @throws GatewayError `MODEL_VERSION_NOT_FOUND`, saying what there is.
 */
export function findVersion(model: ModelEntry<ServedModel>, ref: string): number {
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

function modelGone(isMeant: (name: string) => boolean, removals: Removals | undefined): GatewayError | null {
  const removed = removals?.lastRemoved(isMeant);
  if (removed == null) return null;
  const { model, at } = removed;
  const message = `The model "${model}" is not in the repository any more: its folder went at ${at.toISOString()}.`;
  return new GatewayError('MODEL_NOT_FOUND', message, { model });
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
