import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as pass } from 'node:timers/promises';
import type { Backend } from './backends/backend.ts';
import { exposures, isLoopbackHost, planAccess } from './access/access-plan.ts';
import { openBudgets } from './access/budgets/open-budgets.ts';
import { openAccess } from './access/open-access.ts';
import { createBackend } from './backends/index.ts';
import type { GatewayOptions } from './config/options.ts';
import { createAdministration } from './graphql/administration.ts';
import { createApollo } from './graphql/apollo.ts';
import { carryOut } from './graphql/carry-out.ts';
import type { GraphQLServices } from './graphql/context.ts';
import { Examples } from './graphql/examples.ts';
import { GeneratedParts } from './graphql/generated-part.ts';
import { LiveSchema } from './graphql/live-schema.ts';
import { openVersion } from './graphql/open-version.ts';
import { openTrustedDocuments } from './graphql/trusted/open-trusted-documents.ts';
import { ServedSchemas } from './graphql/served-schemas.ts';
import { buildStaticSchema } from './graphql/static-schema.ts';
import { registerCors } from './http/cors.ts';
import { registerGraphQLEndpoint } from './http/graphql-endpoint.ts';
import { registerHealth } from './http/health.ts';
import { LandingLines } from './http/landing-lines.ts';
import { registerPlayground } from './http/playground-endpoint.ts';
import type { RequestScope } from './http/request-scope.ts';
import { requestLog } from './http/request-log.ts';
import { createHttpServer } from './http/server.ts';
import { openTls } from './http/tls.ts';
import type { CallReport } from './inference/batching/contract.ts';
import { goldenFileName, readGolden } from './inference/golden.ts';
import { closeServedModel, type ServedModel } from './inference/served-model.ts';
import { warmUp } from './inference/warm-up.ts';
import { errorFields, type Logger } from './observability/logger.ts';
import { noPeers, type Peers } from './processes/peers.ts';
import { logEvent, logReady } from './repository/event-log.ts';
import type { RepositoryOptions } from './repository/repository-options.ts';
import { Repository } from './repository/repository.ts';
import { createPictureDecoder, type PictureDecoder } from './tasks/images/picture-decoder.ts';
import { readManifest } from './tasks/index.ts';

/** A running server. */
export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Resolves once every model found at start is ready or has failed with a reason. */
  readonly ready: Promise<void>;
  /** Finishes requests in flight, within the grace period, then frees every model. Idempotent. */
  stop(): Promise<void>;
}

/** The models of a repository and the schema made from them, without anything that listens. */
export interface ModelService {
  readonly repository: Repository<ServedModel>;
  readonly liveSchema: LiveSchema;
  readonly backend: Backend;
  readonly examples: Examples;
  readonly pictures: PictureDecoder;
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
            onCall: (served, report) => logCall(logger, served, report),
            onLost: (error) => logger.error('thread lost', { model: name, version, ...errorFields(error) }),
          },
        ),
      warm: async (served, { folder }) => {
        const golden = await readGolden(join(folder, goldenFileName), served);
        await warmUp(served, golden);
        examples.note(served, golden, folder);
        await served.model.settle(served.rowSignature.axis.kind !== 'none');
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
  return { repository, liveSchema, backend, examples, pictures };
}

/**
 * Builds every part in order and starts to listen; models load afterwards, while the server already answers.
 * @param peers the processes that serve together with this one.
 * @throws ModelLoadError when the repository cannot be read, Error when the address cannot be listened on.
 */
export async function startGateway(
  options: GatewayOptions,
  logger: Logger,
  softwareVersion: string,
  peers: Peers = noPeers(),
): Promise<Gateway> {
  const plan = planAccess(options);
  const access = await openAccess(plan, logger);
  const tls = await openTls(options.tls, logger);
  const { authenticator } = access;
  const { repository, liveSchema, backend, examples, pictures } = createModelService(
    options,
    logger,
    watchOptions(options),
    peers,
  );
  peers.onTask(
    (task, isAsker) => carryOut(repository, logger, task, isAsker),
    (error) => logger.error('what was asked for by hand failed', errorFields(error)),
  );
  const services: GraphQLServices = {
    options,
    softwareVersion,
    startedAt: new Date(),
    backends: [{ name: backend.name, version: backend.version }],
    examples,
    history: repository.history,
    administration: createAdministration(repository, peers),
    settled: () => repository.settled,
    peers,
  };
  const scopes = new AsyncLocalStorage<RequestScope>();
  const app = createHttpServer({
    maxBodyBytes: options.limits.maxBodyBytes,
    logger,
    logRequest: requestLog(logger, options.log.sampling),
    tls: tls?.settings,
  });
  tls?.follow(app.server);
  await registerCors(app, options.exposure.corsOrigins);
  const { history } = repository;
  const trusted = await openTrustedDocuments(options.exposure.trustedDocuments, { liveSchema, history }, logger);
  const { rateLimit } = options;
  const limiting = await openBudgets(rateLimit, peers.budgets, logger);
  const { budgets } = limiting;
  const drain = () =>
    ApolloServerPluginDrainHttpServer({ httpServer: app.server, stopGracePeriodMillis: options.shutdownGraceMs });
  const schemas = new ServedSchemas({
    liveSchema,
    history: repository.history,
    makeApollo: ({ isMain, ...parts }) =>
      createApollo({
        ...parts,
        logger,
        limits: options.limits,
        rateLimiting: rateLimit === null || budgets === null ? null : { rateLimit, budgets },
        introspection: options.exposure.introspection,
        scope: () => scopes.getStore(),
        plugins: [...trusted.plugins, ...(isMain ? [drain()] : [])],
      }),
  });
  let stopping: Promise<void> | null = null;
  let isDraining = false;
  const isStopping = () => stopping !== null;
  registerHealth(app, { repository, peers, isStopping, authenticator });
  const { maxConcurrentRequests } = options;
  registerGraphQLEndpoint(app, {
    schemas,
    services,
    maxConcurrentRequests,
    authenticator,
    scopes,
    isStopping: () => isDraining,
  });
  if (options.playground ?? isLoopbackHost(options.host)) await registerPlayground(app, logger);

  await schemas.start();
  // Before anything is loaded: models that are open keep the process alive, also when the address turns out to be taken.
  const url = await app.listen({ host: options.host, port: options.port }).catch((error: unknown) => {
    limiting.close();
    throw error;
  });
  const loading = repository.load();
  // Awaited below; a folder that cannot be read must not count as unhandled until then.
  loading.catch(() => undefined);
  logger.info('listening', { url, models: options.models });
  for (const hint of exposures(plan, options)) logger.warn('exposed', { hint });
  const certificate = tls === null ? null : tls.certificate();
  const isGuarded = authenticator !== null;
  const landing = new LandingLines({ url, tls: options.tls, certificate, isGuarded, examples, logger });

  const stop = async (): Promise<void> => {
    // Whoever sends requests by what `/readyz` says is to hear of it before connections are refused.
    if (options.shutdownDelayMs > 0) await pass(options.shutdownDelayMs);
    isDraining = true;
    await schemas.stop();
    await app.close();
    access.close();
    tls?.close();
    trusted.close();
    limiting.close();
    await repository.close();
    await loading.catch(() => undefined);
    await pictures.close();
    logger.info('stopped');
  };
  return {
    url,
    ready: loading.then(async () => {
      // The schema follows the models in a turn of its own.
      await nextTurn();
      if (stopping !== null) return;
      logReady(logger, repository.models, liveSchema.current.version);
      trusted.reportFitness();
      // Of several processes one tells them; and where other documents are refused, so is an example.
      if (peers.number !== 1 || options.exposure.trustedDocuments.mode === 'require') return;
      landing.tell(repository.models);
      repository.onChange(() => landing.tell(repository.models));
    }),
    stop: () => (stopping ??= stop()),
  };
}

function watchOptions({ watch, watchIntervalMs, settleMs, incompleteGraceMs }: GatewayOptions) {
  return watch === 'off' ? null : { mode: watch, pollMs: watchIntervalMs, settleMs, incompleteGraceMs };
}

function logCall(logger: Logger, { name, version }: Pick<ServedModel, 'name' | 'version'>, report: CallReport): void {
  if (logger.writes('debug')) logger.debug('call', { model: name, version, ...report });
}
