import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import type { MetricsOptions } from '../config/metrics-settings.ts';
import { GatewayError } from '../errors.ts';
import { expose, expositionType } from '../observability/metrics/exposition.ts';
import { joinReadings } from '../observability/metrics/readings.ts';
import type { GatheredReport } from '../processes/messages.ts';
import { authenticationHook } from './authentication.ts';
import { createHttpServer, type HttpServerOptions } from './server.ts';

export interface MetricsEndpointOptions {
  /** What all processes have counted. */
  readonly gather: () => Promise<GatheredReport>;
  /** Null where nobody needs a key. */
  readonly authenticator: Authenticator | null;
}

/** Where metrics were placed. */
export interface PlacedMetrics {
  /** @returns where they are, where they have an address of their own; else null. */
  listen(): Promise<string | null>;
  close(): Promise<void>;
}

const metricsPath = '/metrics';

/** Nobody sends a body for metrics. */
const maxBodyBytes = 1024;

/** Serves metrics where the options say: beside the API, at an address of their own, or nowhere. */
export function placeMetrics(
  api: FastifyInstance,
  where: MetricsOptions,
  { gather, authenticator, ...server }: MetricsEndpointOptions & Omit<HttpServerOptions, 'maxBodyBytes' | 'tls'>,
): PlacedMetrics {
  if (where.kind !== 'apart') {
    if (where.kind === 'shared') registerMetrics(api, { gather, authenticator });
    return { listen: async () => null, close: async () => undefined };
  }
  const apart = createHttpServer({ ...server, maxBodyBytes });
  registerMetrics(apart, { gather, authenticator: null });
  const { host, port } = where;
  return {
    listen: async () => `${await apart.listen({ host, port })}${metricsPath}`,
    close: () => apart.close(),
  };
}

/**
 * Serves `/metrics` in the text format of Prometheus. It tells of every model and of every API key, by its id: it is for
 * those who may see all models.
 */
function registerMetrics(app: FastifyInstance, { gather, authenticator }: MetricsEndpointOptions): void {
  app.get(metricsPath, { onRequest: [authenticationHook(authenticator), requireReader] }, async (_request, reply) => {
    const { report, silent } = await gather();
    const readings = joinReadings([report.sinceStart, { inferql_processes_silent: [[[], silent]] }]);
    return reply.type(expositionType).send(expose(readings));
  });
}

/** @throws GatewayError `FORBIDDEN` */
async function requireReader({ scope: { caller } }: FastifyRequest, _reply: FastifyReply): Promise<void> {
  if (caller?.grant.readsModels === true) return;
  throw new GatewayError('FORBIDDEN', 'Metrics are for those with the scope models:read or admin.');
}
