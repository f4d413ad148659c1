import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as pass } from 'node:timers/promises';
import { exposures, isLoopbackHost, planAccess } from './access/access-plan.ts';
import { openBudgets } from './access/budgets/open-budgets.ts';
import { openAccess } from './access/open-access.ts';
import type { GatewayOptions } from './config/options.ts';
import { createModelService } from './gateway/model-service.ts';
import { startMetrics } from './gateway/service-metrics.ts';
import { createAdministration } from './graphql/administration.ts';
import { createApollo } from './graphql/apollo.ts';
import { carryOut } from './graphql/carry-out.ts';
import type { GraphQLServices } from './graphql/context.ts';
import { tracingPlugin } from './graphql/plugins/tracing.ts';
import { openTrustedDocuments } from './graphql/trusted/open-trusted-documents.ts';
import { ServedSchemas } from './graphql/served-schemas.ts';
import { registerCors } from './http/cors.ts';
import { registerGraphQLEndpoint } from './http/graphql-endpoint.ts';
import { registerHealth } from './http/health.ts';
import { LandingLines } from './http/landing-lines.ts';
import { placeMetrics } from './http/metrics-endpoint.ts';
import { registerPlayground } from './http/playground-endpoint.ts';
import type { RequestScope } from './http/request-scope.ts';
import { requestLog } from './http/request-log.ts';
import { createHttpServer } from './http/server.ts';
import { openTls } from './http/tls.ts';
import { errorFields, type Logger } from './observability/logger.ts';
import type { ProcessUsage } from './observability/metrics/process-recorder.ts';
import { openTracing } from './observability/tracing/open-tracing.ts';
import { noPeers, type Peers } from './processes/peers.ts';
import { logReady } from './repository/event-log.ts';

/** A running server. */
export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Where metrics are, where they have an address of their own, such as `http://127.0.0.1:9464/metrics`; else null. */
  readonly metricsUrl: string | null;
  /** Resolves once every model found at start is ready or has failed with a reason. */
  readonly ready: Promise<void>;
  /** Finishes requests in flight, within the grace period, then frees every model. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Builds every part in order and starts to listen; models load afterwards, while the server already answers.
 * @param peers the processes that serve together with this one.
 * @param usage what this process uses, for its metrics; without it they leave that out.
 * @throws ModelLoadError when the repository cannot be read, Error when the address cannot be listened on.
 */
export async function startGateway(
  options: GatewayOptions,
  logger: Logger,
  softwareVersion: string,
  peers: Peers = noPeers(),
  usage: (() => ProcessUsage) | null = null,
): Promise<Gateway> {
  const plan = planAccess(options);
  const access = await openAccess(plan, logger);
  const tls = await openTls(options.tls, logger);
  const { authenticator } = access;
  const { repository, liveSchema, backend, examples, pictures, recorders } = createModelService(
    options,
    logger,
    watchOptions(options),
    peers,
  );
  peers.onTask(
    (task, isAsker) => carryOut(repository, logger, task, isAsker),
    (error) => logger.error('what was asked for by hand failed', errorFields(error)),
  );
  const counted = startMetrics({
    repository,
    recorders,
    liveSchema,
    backend,
    softwareVersion,
    peers,
    usage: options.metrics.kind === 'off' ? null : usage,
  });
  const { requests: recorder, gather } = counted;
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
    gather,
  };
  const processNumber = peers.total > 1 ? peers.number : null;
  const traced = { softwareVersion, processNumber, graceMs: options.shutdownGraceMs };
  const tracing = await openTracing(options.tracing, traced, logger);
  const scopes = new AsyncLocalStorage<RequestScope>();
  const logRequest = requestLog(logger, options.log.sampling);
  const app = createHttpServer({
    maxBodyBytes: options.limits.maxBodyBytes,
    logger,
    recorder,
    logRequest,
    tracer: tracing.tracer,
    shutdownGraceMs: options.shutdownGraceMs,
    tls: tls?.settings,
  });
  tls?.follow(app.server);
  await registerCors(app, options.exposure.corsOrigins);
  const { history } = repository;
  const trusted = await openTrustedDocuments(options.exposure.trustedDocuments, { liveSchema, history }, logger);
  const { rateLimit } = options;
  const limiting = await openBudgets(rateLimit, peers.budgets, logger);
  const { budgets } = limiting;
  const schemas = new ServedSchemas({
    liveSchema,
    history: repository.history,
    makeApollo: (parts) =>
      createApollo({
        ...parts,
        logger,
        recorder,
        limits: options.limits,
        rateLimiting: rateLimit === null || budgets === null ? null : { rateLimit, budgets },
        introspection: options.exposure.introspection,
        scope: () => scopes.getStore(),
        plugins: [...(tracing.tracer.isOn ? [tracingPlugin()] : []), ...trusted.plugins],
      }),
  });
  let stopping: Promise<void> | null = null;
  const isStopping = () => stopping !== null;
  registerHealth(app, { repository, peers, isStopping, authenticator });
  const { maxConcurrentRequests } = options;
  registerGraphQLEndpoint(app, {
    schemas,
    services,
    maxConcurrentRequests,
    authenticator,
    scopes,
  });
  const metrics = placeMetrics(app, options.metrics, {
    gather,
    authenticator,
    logger,
    recorder,
    logRequest,
    tracer: tracing.tracer,
    shutdownGraceMs: options.shutdownGraceMs,
  });
  if (options.playground ?? isLoopbackHost(options.host)) await registerPlayground(app, logger);

  await schemas.start();
  // Before anything is loaded: models that are open keep the process alive, also when the address turns out to be taken.
  const listen = async () => ({
    metricsUrl: await metrics.listen(),
    url: await app.listen({ host: options.host, port: options.port }),
  });
  const { url, metricsUrl } = await listen().catch(async (error: unknown) => {
    limiting.close();
    await metrics.close();
    throw error;
  });
  const loading = repository.load();
  // Awaited below; a folder that cannot be read must not count as unhandled until then.
  loading.catch(() => undefined);
  logger.info('listening', { url, ...(metricsUrl === null ? {} : { metrics: metricsUrl }), models: options.models });
  for (const hint of exposures(plan, options)) logger.warn('exposed', { hint });
  const certificate = tls === null ? null : tls.certificate();
  const isGuarded = authenticator !== null;
  const landing = new LandingLines({ url, tls: options.tls, certificate, isGuarded, examples, logger });

  const stop = async (): Promise<void> => {
    // Whoever sends requests by what `/readyz` says is to hear of it before connections are refused.
    if (options.shutdownDelayMs > 0) await pass(options.shutdownDelayMs);
    await app.close();
    await schemas.stop();
    await metrics.close();
    counted.stop();
    access.close();
    tls?.close();
    trusted.close();
    limiting.close();
    const sent = tracing.stop();
    await repository.close();
    await loading.catch(() => undefined);
    await pictures.close();
    await sent;
    logger.info('stopped');
  };
  return {
    url,
    metricsUrl,
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
