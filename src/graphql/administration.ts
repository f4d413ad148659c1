import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError, ModelLoadError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { VersionEntry } from '../repository/model-entry.ts';
import type { Repository } from '../repository/repository.ts';
import { findModel, findVersion } from './find-served.ts';
import type { ModelSource } from './sources.ts';

/**
 * What administrators may ask of the repository. Each can be repeated without harm, and answers with what the repository
 * holds afterwards, which is newer than the moment that the request began in.
 */
export interface Administration {
  /** @param ref a number or a label; null takes back what was unloaded. */
  load(model: string, ref: string | null): Promise<ModelSource>;
  /** @param ref a number or a label; null for every version. */
  unload(model: string, ref: string | null): Promise<ModelSource>;
  /** @throws GatewayError `BAD_USER_INPUT` when the version does not wait to be accepted. */
  accept(model: string, ref: string): Promise<ModelSource>;
  /** @returns every model, by name. */
  rescan(): Promise<readonly ModelSource[]>;
}

/** All but `rescan` throw `MODEL_NOT_FOUND` and `MODEL_VERSION_NOT_FOUND`. */
export function createAdministration(repository: Repository<ServedModel>): Administration {
  const find = (name: string): ModelSource => findModel(repository.models, name, repository.history);
  const finish = async (work: Promise<void>): Promise<void> => {
    await work.catch(refuseUnreadable);
    // The schema follows the models in a turn of its own: a client that was answered finds it changed.
    await nextTurn();
  };
  return {
    load: async (name, ref) => {
      // Before the version is looked for: it may have come a moment ago, and nobody may be watching.
      await repository.refresh(name).catch(refuseUnreadable);
      const version = ref === null ? null : findVersion(find(name), ref);
      await finish(repository.loadModel(name, version));
      return find(name);
    },
    unload: async (name, ref) => {
      const model = find(name);
      await finish(repository.unloadModel(name, ref === null ? null : findVersion(model, ref)));
      return find(name);
    },
    accept: async (name, ref) => {
      const model = find(name);
      const version = findVersion(model, ref);
      if (!needsAcceptance(model, version)) return model;
      await finish(repository.acceptVersion(name, version));
      return find(name);
    },
    rescan: async () => {
      await finish(repository.rescan());
      return [...repository.models.values()];
    },
  };
}

/** Its own message names a path of the server, which is for the log. @throws GatewayError `MODEL_UNAVAILABLE` */
function refuseUnreadable(error: unknown): never {
  if (!(error instanceof ModelLoadError)) throw error;
  const message = 'The folder of the models cannot be read now; what was loaded from it goes on serving.';
  throw new GatewayError('MODEL_UNAVAILABLE', message, { cause: error });
}

/**
 * Whether a version, or what its files were changed to, waits to be accepted; false where it serves and nothing waits.
 * @throws GatewayError `BAD_USER_INPUT` where it does neither.
 */
export function needsAcceptance(model: ModelSource, version: number): boolean {
  const entry = model.versions.find((candidate) => candidate.version === version);
  if (entry?.state.phase === 'HELD' || entry?.update?.phase === 'HELD') return true;
  if (entry?.state.phase === 'READY') return false;
  const message = `Version ${version} of the model "${model.name}" cannot be accepted, for it is not HELD: ${stateOf(entry)}`;
  throw new GatewayError('BAD_USER_INPUT', message, { model: model.name, version: String(version) });
}

function stateOf(entry: VersionEntry<ServedModel> | undefined): string {
  if (entry === undefined) return 'it is gone.';
  const { state } = entry;
  return 'reason' in state ? `${state.phase}, ${state.reason}` : `it is ${state.phase}.`;
}
