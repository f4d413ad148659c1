import { z } from 'zod';
import { integer, text, toggle } from './setting-types.ts';

/** Where metrics are served. */
export type MetricsOptions =
  | { readonly kind: 'off' }
  /** At `/metrics` of the API's own address, for those who may see every model. */
  | { readonly kind: 'shared' }
  /** At `/metrics` of an address of their own, for everybody who reaches it. */
  | { readonly kind: 'apart'; readonly host: string; readonly port: number };

/** Where metrics are served. Spread into the table of all settings. */
export const metricsSettings = {
  metrics: {
    env: 'INFERQL_METRICS',
    schema: toggle.default(true),
    help: 'Whether metrics are served at /metrics, for Prometheus; with keys or tokens on, to those with the scope `models:read` or `admin`. The flag turns it off.',
  },
  metricsPort: {
    env: 'INFERQL_METRICS_PORT',
    schema: integer(0, 65_535).nullable().default(null),
    help: 'Port at which metrics are served in place of the port of the API, by plain HTTP and without a key; 0 lets the system choose.',
  },
  metricsHost: {
    env: 'INFERQL_METRICS_HOST',
    schema: z.nullable(text).default(null),
    help: 'Address for metricsPort; 127.0.0.1 without it. Everybody who reaches it may read the metrics.',
  },
} as const;
