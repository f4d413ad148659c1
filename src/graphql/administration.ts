import type { LogLevel } from '../config/log-settings.ts';
import { GatewayError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { Peers } from '../processes/peers.ts';
import type { Order, VersionEntry } from '../repository/model-entry.ts';
import type { Repository } from '../repository/repository.ts';
import { refuseUnreadable } from './carry-out.ts';
import { findModel, findVersion } from './find-served.ts';
import type { ModelSource } from './sources.ts';

/**
 * What administrators may ask of the repository, in every process that serves it. Each can be repeated without harm, and answers with what the repository
 * holds afterwards, which is newer than the moment that the request began in.
 */
export interface Administration {
  /** @param ref a number or a label; null takes back what was unloaded. */
  load(model: string, ref: string | null): Promise<ModelSource>;
  /** @param ref a number or a label; null for every version. */
  unload(model: string, ref: string | null): Promise<ModelSource>;
  /** @throws GatewayError `BAD_USER_INPUT` when the version does not wait to be accepted. */
  accept(model: string, ref: string): Promise<ModelSource>;
  /** What is less than that is not logged from then on. */
  setLogLevel(level: LogLevel): Promise<void>;
  /** @returns every model, by name. */
  rescan(): Promise<readonly ModelSource[]>;
}

/** All but `rescan` throw `MODEL_NOT_FOUND` and `MODEL_VERSION_NOT_FOUND`. */
export function createAdministration(repository: Repository<ServedModel>, peers: Peers): Administration {
  const find = (name: string): ModelSource => findModel(repository.models, name, repository.history);
  const obey = async (model: string, order: Order): Promise<ModelSource> => {
    const source = repository.sourceOf(model, order.version);
    await peers.carryOut({ kind: 'order', model, order, source });
    return find(model);
  };
  return {
    load: async (name, ref) => {
      // Before the version is looked for: it may have come a moment ago, and nobody may be watching.
      await repository.refresh(name).catch(refuseUnreadable);
      const version = ref === null ? null : findVersion(find(name), ref);
      return await obey(name, { order: 'LOAD', version });
    },
    unload: async (name, ref) => {
      const model = find(name);
      return await obey(name, { order: 'UNLOAD', version: ref === null ? null : findVersion(model, ref) });
    },
    accept: async (name, ref) => {
      const model = find(name);
      const version = findVersion(model, ref);
      if (!needsAcceptance(model, version)) return model;
      return await obey(name, { order: 'ACCEPT', version });
    },
    setLogLevel: (level) => peers.carryOut({ kind: 'log', level }),
    rescan: async () => {
      await peers.carryOut({ kind: 'rescan' });
      return [...repository.models.values()];
    },
  };
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
