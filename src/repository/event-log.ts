import type { Logger } from '../observability/logger.ts';
import type { ModelEntry, RepositoryEvent } from './model-entry.ts';

const eventMessages: Readonly<Record<RepositoryEvent['kind'], string>> = {
  STATE: 'version',
  PROBLEM: 'model',
  DEFAULT: 'default version',
  LABEL: 'label',
  REMOVED: 'model removed',
  ORDER: 'order by hand',
};

/** Writes one line for anything that happens to a model. */
export function logEvent(logger: Logger, event: RepositoryEvent): void {
  const { kind, ...fields } = event;
  const message = eventMessages[kind];
  if (event.kind === 'STATE') {
    const { model, version, update, state } = event;
    const { phase } = state;
    const level = phase === 'FAILED' || phase === 'HELD' ? 'warn' : phase === 'READY' ? 'info' : 'debug';
    logger.log(level, message, { model, version, ...(update && { update }), ...state, since: undefined });
  } else if (event.kind === 'PROBLEM') logger.log(event.problem === null ? 'info' : 'warn', message, fields);
  else logger.info(message, fields);
}

/** Says which models are served once every model found at the start is ready or has failed. */
export function logReady(
  logger: Logger,
  models: ReadonlyMap<string, Pick<ModelEntry<unknown>, 'name' | 'defaultVersion'>>,
  schemaVersion: string,
): void {
  const all = [...models.values()];
  const ready = all.filter(({ defaultVersion }) => defaultVersion !== null).map(({ name }) => name);
  const failed = all.filter(({ defaultVersion }) => defaultVersion === null).map(({ name }) => name);
  logger.info('ready', { ready, failed, schemaVersion });
  if (all.length === 0) {
    const hint = 'Put a model at <name>/1/model.onnx in the folder of models.';
    logger.warn('no models', { hint });
  }
}
