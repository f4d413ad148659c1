import { resolve } from 'node:path';
import { z } from 'zod';
import { type AccessOptions, accessSettings, type PathSetting, type TlsOptions } from './access-settings.ts';
import { exposureSettings, type ExposureOptions, type TrustedDocumentsOptions } from './exposure-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { type LogFile, type LogOptions, logSettings } from './log-settings.ts';
import { type MetricsOptions, metricsSettings } from './metrics-settings.ts';
import { processCount } from './process-count.ts';
import { type RateLimit, rateLimitSettings } from './rate-limit-settings.ts';
import { type TracingSettings, tracingSettings } from './tracing-settings.ts';
import { count, greatestInt, integer, text, toggle } from './setting-types.ts';

/** How many rows, fields and bytes one request may ask for. */
export interface RequestLimits {
  readonly maxBodyBytes: number;
  readonly maxOperationsPerRequest: number;
  readonly maxRowsPerField: number;
  readonly maxCostPerRequest: number;
  readonly maxTensorElements: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxImagePixels: number;
}

/** Everything that can be set, checked and complete. */
export interface GatewayOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How many processes serve together. */
  readonly processes: number;
  /** Absolute path of the model repository. */
  readonly models: string;
  /** Null shows it where only this machine reaches the server. */
  readonly playground: boolean | null;
  /** How changes in the model repository are noticed; `off` leaves that to whoever asks for a scan. */
  readonly watch: 'auto' | 'poll' | 'off';
  readonly watchIntervalMs: number;
  /** How long a version's folder, or a manifest, must stand still before it is read. */
  readonly settleMs: number;
  /** How long a file that looks half copied is waited for before it is reported. */
  readonly incompleteGraceMs: number;
  readonly parallelLoads: number;
  /** How long a server that was told to stop serves on while it says at `/readyz` that it is not ready. */
  readonly shutdownDelayMs: number;
  /** How long requests in flight may take to finish when the server stops. */
  readonly shutdownGraceMs: number;
  /** The most GraphQL requests that this process has in hand. */
  readonly maxConcurrentRequests: number;
  readonly limits: RequestLimits;
  /** Null where callers are not limited. */
  readonly rateLimit: RateLimit | null;
  readonly access: AccessOptions;
  readonly tls: TlsOptions;
  readonly exposure: ExposureOptions;
  readonly log: LogOptions;
  readonly metrics: MetricsOptions;
  readonly tracing: TracingSettings;
}

const settings = {
  host: { env: 'HOST', schema: text.default('127.0.0.1'), help: 'Address to listen on.' },
  port: {
    env: 'PORT',
    schema: integer(0, 65_535).default(4000),
    help: 'Port to listen on; 0 lets the system choose.',
  },
  processes: {
    env: 'INFERQL_PROCESSES',
    schema: processCount.default(1),
    help: 'How many processes serve together; auto, as many as there are CPUs.',
  },
  models: { env: 'INFERQL_MODELS', schema: text.default('models'), help: 'Folder of the models.' },
  playground: {
    env: 'INFERQL_PLAYGROUND',
    schema: toggle.nullable().default(null),
    byDefault: 'on where only this machine reaches the server',
    help: 'Whether / shows the playground: --playground or --no-playground.',
  },
  watch: {
    env: 'INFERQL_WATCH',
    schema: z.enum(['auto', 'poll', 'off']).default('auto'),
    help: 'How changes in the folder of the models are noticed: auto, by file events and by looking from time to time; poll, only by looking, for disks that send no events; or off.',
  },
  watchIntervalMs: {
    env: 'INFERQL_WATCH_INTERVAL_MS',
    schema: integer(100, greatestInt).default(5000),
    help: 'How often to look for changes that no file event told of.',
  },
  settleMs: {
    env: 'INFERQL_SETTLE_MS',
    schema: integer(0, greatestInt).default(400),
    help: "How long a version's folder, or a manifest, must stand still before it is read, so that copies are finished first.",
  },
  incompleteGraceMs: {
    env: 'INFERQL_INCOMPLETE_GRACE_MS',
    schema: integer(0, greatestInt).default(10_000),
    help: 'How long a file that looks half copied is waited for before it is reported.',
  },
  parallelLoads: {
    env: 'INFERQL_PARALLEL_LOADS',
    schema: count.default(2),
    help: 'How many versions are loaded at the same time.',
  },
  shutdownDelayMs: {
    env: 'INFERQL_SHUTDOWN_DELAY_MS',
    schema: count.default(0),
    help: 'How long a server that was told to stop takes requests on, not ready any more, so that balancers notice first.',
  },
  shutdownGraceMs: {
    env: 'INFERQL_SHUTDOWN_GRACE_MS',
    schema: count.default(10_000),
    help: 'How long requests in flight may take to finish when the server stops.',
  },
  maxConcurrentRequests: {
    env: 'INFERQL_MAX_CONCURRENT_REQUESTS',
    // A turn of the event loop takes in all that have come: so many small ones cost some 0.1 s.
    schema: count.default(2048),
    help: 'The most GraphQL requests that each process has in hand; more are refused before their bodies are read.',
  },
  ...limitSettings,
  ...logSettings,
  ...rateLimitSettings,
  ...accessSettings,
  ...exposureSettings,
  ...metricsSettings,
} as const;

export type SettingName = keyof typeof settings;

/** A setting, for the command line and the docs. */
export interface SettingFacts {
  readonly name: SettingName;
  readonly env: string;
  readonly flag: string;
  /** What the flag takes: nothing, since it turns on or off, both of which there are for a switch that is neither, or a value. */
  readonly kind: 'on' | 'off' | 'switch' | 'value';
  readonly help: string;
  readonly byDefault: string;
}

/** Every setting with its environment variable, its flag and its help, for the command line and the docs. */
export function listSettings(): SettingFacts[] {
  const names = Object.keys(settings) as SettingName[];
  return names.map((name) => {
    const setting = settings[name];
    const { env, help, schema } = setting;
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if ('byDefault' in setting) return { name, env, flag, kind: 'switch', help, byDefault: setting.byDefault };
    const byDefault = String(schema.parse(undefined) ?? 'none');
    const kind = byDefault === 'true' ? 'off' : byDefault === 'false' ? 'on' : 'value';
    return { name, env, flag: kind === 'off' ? flag.replace('--', '--no-') : flag, kind, help, byDefault };
  });
}

/** A setting that does not fit; the message names it, the value and what is allowed. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/**
 * Compiles the options: flags before environment before defaults.
 * @throws OptionsError naming the setting, the offending value and what is allowed.
 */
export function compileOptions(
  flags: Readonly<Partial<Record<SettingName, unknown>>>,
  environment: Readonly<Record<string, string | undefined>>,
): GatewayOptions {
  const value = <Name extends SettingName>(name: Name): z.output<(typeof settings)[Name]['schema']> => {
    const { env, schema } = settings[name];
    const fromFlag = flags[name];
    // An empty variable is how many shells and container files say "not set".
    const given = fromFlag ?? (environment[env] === '' ? undefined : environment[env]);
    const checked = schema.safeParse(given);
    if (checked.success) return checked.data as z.output<(typeof settings)[Name]['schema']>;
    const flag = listSettings().find((setting) => setting.name === name)?.flag ?? name;
    const source = fromFlag === undefined ? `environment variable ${env}` : `option ${flag}`;
    throw new OptionsError(
      `${source}: ${checked.error.issues[0]?.message ?? 'invalid'} (got ${JSON.stringify(given)})`,
    );
  };
  const path = (name: PathSetting): string | null => {
    const given = value(name);
    return given === null ? null : resolve(given);
  };
  return Object.freeze({
    host: value('host'),
    port: value('port'),
    processes: value('processes'),
    models: resolve(value('models')),
    playground: value('playground'),
    watch: value('watch'),
    watchIntervalMs: value('watchIntervalMs'),
    settleMs: value('settleMs'),
    incompleteGraceMs: value('incompleteGraceMs'),
    parallelLoads: value('parallelLoads'),
    shutdownDelayMs: value('shutdownDelayMs'),
    shutdownGraceMs: value('shutdownGraceMs'),
    maxConcurrentRequests: value('maxConcurrentRequests'),
    limits: Object.freeze({
      maxBodyBytes: value('maxBodyBytes'),
      maxOperationsPerRequest: value('maxOperationsPerRequest'),
      maxRowsPerField: value('maxRowsPerField'),
      maxCostPerRequest: value('maxCostPerRequest'),
      maxTensorElements: value('maxTensorElements'),
      maxTokens: value('maxTokens'),
      maxDepth: value('maxDepth'),
      maxFields: value('maxFields'),
      maxImagePixels: value('maxImagePixels'),
    }),
    rateLimit: rateLimit(value('rateLimitCost'), value('rateLimitWindowSeconds'), value('rateLimitRedis')),
    access: Object.freeze({
      keys: path('keys'),
      allowAnonymous: value('allowAnonymous'),
      jwtIssuer: value('jwtIssuer'),
      jwtAudience: value('jwtAudience'),
      jwtJwks: value('jwtJwks'),
      jwtSecretFile: path('jwtSecretFile'),
      jwtAlgorithms: value('jwtAlgorithms'),
      jwtClockToleranceMs: value('jwtClockToleranceMs'),
    }),
    metrics: Object.freeze(metricsOptions(value('metrics'), value('metricsPort'), value('metricsHost'))),
    tls: Object.freeze({ cert: path('tlsCert'), key: path('tlsKey'), clientCa: path('tlsClientCa') }),
    exposure: Object.freeze({
      introspection: value('introspection'),
      corsOrigins: Object.freeze(value('corsOrigins') ?? []),
      trustedDocuments: trustedDocuments(value('trustedDocuments'), path('trustedDocumentsFile')),
    }),
    log: Object.freeze({
      level: value('logLevel'),
      format: value('logFormat'),
      file: logFile(path('logFile'), value('logFileMaxBytes'), value('logFileCount')),
      sampling: value('logSampling'),
      slowPredictionMs: value('slowPredictionMs'),
    }),
    tracing: tracingSettings(environment),
  });
}

function logFile(path: string | null, maxBytes: number, files: number): LogFile | null {
  return path === null ? null : Object.freeze({ path, maxBytes, count: files });
}

/** @throws OptionsError where a port or an address would do nothing. */
function metricsOptions(isOn: boolean, port: number | null, host: string | null): MetricsOptions {
  if (host !== null && port === null) {
    throw new OptionsError('option --metrics-host: does nothing without a port; set --metrics-port');
  }
  if (isOn) return port === null ? { kind: 'shared' } : { kind: 'apart', host: host ?? '127.0.0.1', port };
  if (port === null) return { kind: 'off' };
  throw new OptionsError('option --metrics-port: does nothing while metrics are off; leave --no-metrics out');
}

/** @throws OptionsError where there is a Redis to count in, and nothing to count. */
function rateLimit(cost: number | null, windowSeconds: number, redis: string | null): RateLimit | null {
  if (cost !== null) return Object.freeze({ cost, windowSeconds, redis });
  if (redis === null) return null;
  throw new OptionsError(
    'option --rate-limit-redis: does nothing while callers are not limited; set --rate-limit-cost',
  );
}

/** @throws OptionsError where one of the two would do nothing without the other. */
function trustedDocuments(mode: TrustedDocumentsOptions['mode'], file: string | null): TrustedDocumentsOptions {
  if (mode === 'off') {
    if (file === null) return { mode, file };
    throw new OptionsError(
      'option --trusted-documents-file: does nothing while --trusted-documents is off; set that to allow or require',
    );
  }
  if (file !== null) return { mode, file };
  throw new OptionsError(
    `option --trusted-documents: ${mode} needs the file of the documents; name it with --trusted-documents-file`,
  );
}
