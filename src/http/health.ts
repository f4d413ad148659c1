import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { mayBeShown } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import { readinessOf, type Peers } from '../processes/peers.ts';
import type { Repository } from '../repository/repository.ts';
import { credentialsOf } from './authentication.ts';

export interface HealthOptions {
  readonly repository: Repository<ServedModel>;
  readonly peers: Peers;
  /** Whether the server is stopping; it is then alive and not ready. */
  readonly isStopping: () => boolean;
  /** Null where nobody needs a key. */
  readonly authenticator: Authenticator | null;
}

/**
 * Serves the two probes: `/healthz` while the process lives, `/readyz` once there is nothing left to wait for, in any of
 * the processes that serve together. Probes need no key; the state of each model is for those who may see all of them.
 */
export function registerHealth(
  app: FastifyInstance,
  { repository, peers, isStopping, authenticator }: HealthOptions,
): void {
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }));

  app.get('/readyz', async (request, reply) => {
    const isShown = await maySeeModels(request, authenticator);
    const { ready: readyProcesses, total } = readinessOf(peers, repository.settled);
    const ready = readyProcesses === total && !isStopping();
    const models = [...repository.models].map(([name, model]) => [name, modelHealth(model)] as const);
    const status = isStopping() ? 'stopping' : ready ? 'ready' : 'loading';
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status,
        ...(total > 1 ? { processes: { ready: readyProcesses, total } } : {}),
        ...(isShown ? { models: Object.fromEntries(models) } : {}),
      });
  });
}

/** A probe with a key that does not count is a probe without one. */
async function maySeeModels(request: FastifyRequest, authenticator: Authenticator | null): Promise<boolean> {
  if (authenticator === null) return true;
  try {
    return (await authenticator.identify(credentialsOf(request))).grant.readsModels;
  } catch (error) {
    if (mayBeShown(error)) return false;
    throw error;
  }
}

function modelHealth({ defaultVersion, problem, versions }: RepositoryModel) {
  return {
    ready: defaultVersion !== null,
    defaultVersion,
    ...(problem === null ? {} : { problem }),
    versions: versions.map(({ version, state }) => ({
      version,
      phase: state.phase,
      ...('reason' in state ? { reason: state.reason } : {}),
    })),
  };
}

type RepositoryModel = Repository<ServedModel>['models'] extends ReadonlyMap<string, infer Model> ? Model : never;
