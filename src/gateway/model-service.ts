import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { createBackend } from '../backends/index.ts';
import type { GatewayOptions } from '../config/options.ts';
import type { ModelRecorders } from './service-metrics.ts';
import { Examples } from '../graphql/examples.ts';
import { GeneratedParts } from '../graphql/generated-part.ts';
import { LiveSchema } from '../graphql/live-schema.ts';
import { openVersion } from '../graphql/open-version.ts';
import { buildStaticSchema } from '../graphql/static-schema.ts';
import { systemClock } from '../inference/batching/clock.ts';
import type { CallReport } from '../inference/batching/contract.ts';
import { goldenFileName, readGolden } from '../inference/golden.ts';
import { closeServedModel, type ServedModel } from '../inference/served-model.ts';
import type { SlowPredictions } from '../inference/slow-prediction.ts';
import { warmUp } from '../inference/warm-up.ts';
import { errorFields, type Logger } from '../observability/logger.ts';
import { InferenceRecorders } from '../observability/metrics/inference-recorders.ts';
import { noPeers, type Peers } from '../processes/peers.ts';
import { logEvent } from '../repository/event-log.ts';
import { RepositoryRecorder } from '../repository/repository-recorder.ts';
import type { RepositoryOptions } from '../repository/repository-options.ts';
import { Repository } from '../repository/repository.ts';
import { createPictureDecoder, type PictureDecoder } from '../tasks/images/picture-decoder.ts';
import { readManifest } from '../tasks/index.ts';

/** The models of a repository and the schema made from them, without anything that listens. */
export interface ModelService {
  readonly repository: Repository<ServedModel>;
  readonly liveSchema: LiveSchema;
  readonly backend: Backend;
  readonly examples: Examples;
  readonly pictures: PictureDecoder;
  readonly recorders: ModelRecorders;
}

/**
 * Puts together what loads models and what makes a schema of them. Nothing is loaded yet.
 * @param watch how changes are noticed; null to read the folder once.
 * @param peers the processes that serve the same folder; the CPUs are shared with them.
 */
export function createModelService(
  options: GatewayOptions,
  logger: Logger,
  watch: RepositoryOptions['watch'] = null,
  peers: Peers = noPeers(),
): ModelService {
  const base = buildStaticSchema();
  const parts = new GeneratedParts(base);
  const availableThreads = Math.max(1, Math.floor(availableParallelism() / peers.total));
  const backend = createBackend('onnxruntime', { availableThreads });
  const examples = new Examples();
  const pictures = createPictureDecoder({ maxPixels: options.limits.maxImagePixels });
  const now = () => systemClock.now();
  const recorders: ModelRecorders = {
    inferences: new InferenceRecorders(now),
    repository: new RepositoryRecorder(now),
  };
  const repository: Repository<ServedModel> = new Repository(
    { root: options.models, parallelLoads: options.parallelLoads, watch, orders: peers.orders },
    {
      modelFileName: backend.modelFileName,
      open: ({ model: name, version, manifest, folder, file: { path, sha256 } }) =>
        openVersion(
          { name, version, manifest, path, folder, sha256 },
          {
            backend,
            base,
            pictures,
            models: new Map(
              [...repository.models].map(([other, { defaultVersion }]) => [other, defaultVersion !== null]),
            ),
            recorder: recorders.inferences.of(name, version),
            slow: slowPredictions(options.log, logger),
            onCall: (served, report) => logCall(logger, served, report),
            onLost: (error) => logger.error('thread lost', { model: name, version, ...errorFields(error) }),
          },
        ),
      warm: async (served, { folder }) => {
        const golden = await readGolden(join(folder, goldenFileName), served);
        await warmUp(served, golden);
        examples.note(served, golden, folder);
        await served.model.settle(served.rowSignature.axis.kind !== 'none');
        served.beginRecording();
      },
      broken: ({ model }) => model.broken,
      close: async (served) => {
        await liveSchema.released(served);
        await closeServedModel(served);
      },
      readManifest,
      breaks: (before, after) => parts.breaks(before, after),
      onEvent: (event) => {
        logEvent(logger, event);
        recorders.repository.record(event);
        // Others may not have seen that the folder went, where another one of its name came at once.
        if (event.kind === 'REMOVED' && peers.total > 1) {
          peers
            .carryOut({ kind: 'forget', model: event.model })
            .catch((error: unknown) => logger.error('forgetting orders by hand failed', errorFields(error)));
        }
      },
      onFault: (model, error) =>
        model === null
          ? logger.error('the model repository cannot be watched or read', errorFields(error))
          : logger.error('loading failed', { model, ...errorFields(error) }),
    },
  );
  const liveSchema: LiveSchema = new LiveSchema(
    base,
    parts,
    () => repository.models,
    (error) => logger.error('the new schema is invalid; the one before it stays', errorFields(error)),
  );
  repository.onChange(() => liveSchema.invalidate());
  return { repository, liveSchema, backend, examples, pictures, recorders };
}

function logCall(logger: Logger, { name, version }: Pick<ServedModel, 'name' | 'version'>, report: CallReport): void {
  if (logger.writes('debug')) logger.debug('call', { model: name, version, ...report });
}

function slowPredictions({ slowPredictionMs }: GatewayOptions['log'], logger: Logger): SlowPredictions | null {
  if (slowPredictionMs === 0) return null;
  return { afterMs: slowPredictionMs, tell: (slow) => logger.warn('slow prediction', { ...slow }) };
}
