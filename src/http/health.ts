import type { FastifyInstance } from 'fastify';
import type { ServedModel } from '../inference/served-model.ts';
import { readinessOf, type Peers } from '../processes/peers.ts';
import type { Repository } from '../repository/repository.ts';

export interface HealthOptions {
  readonly repository: Repository<ServedModel>;
  readonly peers: Peers;
  /** Whether the server is stopping; it is then alive and not ready. */
  readonly isStopping: () => boolean;
}

/**
 * Serves the two probes: `/healthz` while the process lives, `/readyz` once there is nothing left to wait for, in any of
 * the processes that serve together.
 */
export function registerHealth(app: FastifyInstance, { repository, peers, isStopping }: HealthOptions): void {
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }));

  app.get('/readyz', (_request, reply) => {
    const { ready: readyProcesses, total } = readinessOf(peers, repository.settled);
    const ready = readyProcesses === total && !isStopping();
    const models = Object.fromEntries([...repository.models].map(([name, model]) => [name, modelHealth(model)]));
    const status = isStopping() ? 'stopping' : ready ? 'ready' : 'loading';
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status, ...(total > 1 ? { processes: { ready: readyProcesses, total } } : {}), models });
  });
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
