import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError, ModelLoadError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { Logger } from '../observability/logger.ts';
import type { SharedTask } from '../processes/messages.ts';
import type { Repository } from '../repository/repository.ts';

type RepositoryTask = Exclude<SharedTask, { kind: 'log' }>;

/**
 * Does in this process what administrators asked for, in whichever process they did.
 * @param isAsker whether they asked this one, whose repository has seen what they meant.
 * @throws GatewayError `MODEL_UNAVAILABLE` when the folder of the models cannot be read.
 */
export async function carryOut(
  repository: Repository<ServedModel>,
  logger: Logger,
  task: SharedTask,
  isAsker: boolean,
): Promise<void> {
  if (task.kind === 'log') {
    logger.level = task.level;
    return;
  }
  await carryOutIn(repository, task, isAsker).catch(refuseUnreadable);
  // The schema follows the models in a turn of its own: a client that was answered finds it changed.
  await nextTurn();
}

async function carryOutIn(repository: Repository<ServedModel>, task: RepositoryTask, isAsker: boolean): Promise<void> {
  if (task.kind === 'rescan') return await repository.rescan();
  if (task.kind === 'forget') return await repository.forget(task.model);
  if (!isAsker && isBehind(repository, task)) await repository.refresh(task.model);
  return await repository.obey(task.model, task.order, task.source);
}

/** Whether what is asked for is about files that this process may not have seen yet. */
function isBehind(
  repository: Repository<ServedModel>,
  { model, order, source }: Extract<SharedTask, { kind: 'order' }>,
): boolean {
  if (order.order === 'LOAD' || !repository.models.has(model)) return true;
  return source !== repository.sourceOf(model, order.version);
}

/** Its own message names a path of the server, which is for the log. @throws GatewayError `MODEL_UNAVAILABLE` */
export function refuseUnreadable(error: unknown): never {
  if (!(error instanceof ModelLoadError)) throw error;
  const message = 'The folder of the models cannot be read now; what was loaded from it goes on serving.';
  throw new GatewayError('MODEL_UNAVAILABLE', message, { cause: error });
}
