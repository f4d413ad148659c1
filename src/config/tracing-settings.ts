/** How spans are sent: OTLP over HTTP, in protobuf or in JSON. */
export type TracingProtocol = 'http/protobuf' | 'http/json';

/** Which traces are recorded where the caller has not decided: all, none, or a share of them. */
export interface TracingSampler {
  /** Whether a caller's decision goes before ours. */
  readonly followsCaller: boolean;
  /** From 0 to 1. */
  readonly ratio: number;
}

/** What the standard variables of OpenTelemetry ask for, where they ask for traces. */
export interface TracingOptions {
  readonly protocol: TracingProtocol;
  readonly sampler: TracingSampler;
  /** Whether the trace of a request goes on that of its caller. */
  readonly takesOver: boolean;
  /** How long one attempt to send spans may take, with its repetitions. */
  readonly timeoutMs: number;
  readonly batch: {
    readonly scheduledDelayMillis: number;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
  };
  /** The most links of one span: a call of the model has one to each request in it. */
  readonly linkCountLimit: number;
}

/** What the environment says about traces, by the standard variables of OpenTelemetry, which have no flags. */
export interface TracingSettings {
  /** Null where nobody asks for traces. */
  readonly tracing: TracingOptions | null;
  /** What the variables say that is not followed, for the log; a sentence each. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const samplers: Readonly<Record<string, { followsCaller: boolean; ratio: number | null }>> = {
  always_on: { followsCaller: false, ratio: 1 },
  always_off: { followsCaller: false, ratio: 0 },
  traceidratio: { followsCaller: false, ratio: null },
  parentbased_always_on: { followsCaller: true, ratio: 1 },
  parentbased_always_off: { followsCaller: true, ratio: 0 },
  parentbased_traceidratio: { followsCaller: true, ratio: null },
};

/**
 * Reads the standard variables of OpenTelemetry, by its rules: names of values are known whatever their case, an empty
 * variable is as good as none, and what makes no sense is told of and left out, instead of keeping the server from
 * starting. Where spans are sent to, with which headers and certificates, the exporter reads by itself.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function tracingSettings(environment: Environment): TracingSettings {
  const warnings: string[] = [];
  const read = new Variables(environment, warnings);
  if (read.word('OTEL_SDK_DISABLED') === 'true' || !asksForTraces(read)) return { tracing: null, warnings };
  const protocol = read.oneOf(
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    ['http/protobuf', 'http/json'],
    'http/protobuf',
  );
  // Whoever listens for gRPC does not understand anything else.
  if (protocol === null) return { tracing: null, warnings };
  const maxQueueSize = read.count('OTEL_BSP_MAX_QUEUE_SIZE', 2048);
  const tracing: TracingOptions = {
    protocol,
    sampler: samplerOf(read),
    takesOver: takesOver(read),
    timeoutMs: read.count('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', read.count('OTEL_EXPORTER_OTLP_TIMEOUT', 10_000)),
    batch: Object.freeze({
      scheduledDelayMillis: read.count('OTEL_BSP_SCHEDULE_DELAY', 5000),
      maxQueueSize,
      maxExportBatchSize: Math.min(maxQueueSize, read.count('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512)),
    }),
    linkCountLimit: read.count('OTEL_SPAN_LINK_COUNT_LIMIT', 4096),
  };
  return { tracing: Object.freeze(tracing), warnings };
}

function asksForTraces(read: Variables): boolean {
  const exporters = read.list('OTEL_TRACES_EXPORTER');
  if (exporters === null) {
    return (
      read.word('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== null || read.word('OTEL_EXPORTER_OTLP_ENDPOINT') !== null
    );
  }
  for (const name of exporters) {
    if (name !== 'otlp' && name !== 'none') read.warn('OTEL_TRACES_EXPORTER', name, 'otlp or none');
  }
  return exporters.includes('otlp');
}

function samplerOf(read: Variables): TracingSampler {
  const name = read.word('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const found = samplers[name];
  if (found === undefined) {
    read.warn('OTEL_TRACES_SAMPLER', name, Object.keys(samplers).join(', '));
    return { followsCaller: true, ratio: 1 };
  }
  return { followsCaller: found.followsCaller, ratio: found.ratio ?? read.ratio('OTEL_TRACES_SAMPLER_ARG') };
}

function takesOver(read: Variables): boolean {
  const names = read.list('OTEL_PROPAGATORS');
  if (names === null) return true;
  for (const name of names) {
    if (!['tracecontext', 'baggage', 'none'].includes(name)) read.warn('OTEL_PROPAGATORS', name, 'tracecontext');
  }
  return names.includes('tracecontext');
}

/** The variables of an environment, each read by the rules of OpenTelemetry. */
class Variables {
  readonly #environment: Environment;
  readonly #warnings: string[];

  constructor(environment: Environment, warnings: string[]) {
    this.#environment = environment;
    this.#warnings = warnings;
  }

  warn(name: string, given: string, allowed: string): void {
    this.#warnings.push(`environment variable ${name}: ${JSON.stringify(given)} is not supported; it takes ${allowed}`);
  }

  word(name: string): string | null {
    const given = this.#environment[name]?.trim().toLowerCase() ?? '';
    return given === '' ? null : given;
  }

  list(name: string): readonly string[] | null {
    return (
      this.word(name)
        ?.split(',')
        .map((item) => item.trim()) ?? null
    );
  }

  /** The value of the first variable that is set; null where it is none of those allowed. */
  oneOf<Value extends string>(names: readonly string[], allowed: readonly Value[], byDefault: Value): Value | null {
    const name = names.find((candidate) => this.word(candidate) !== null);
    const given = name === undefined ? byDefault : this.word(name);
    const found = allowed.find((value) => value === given) ?? null;
    if (found === null && name !== undefined) {
      this.warn(name, String(given), `${allowed.join(' or ')}; no traces are sent`);
    }
    return found;
  }

  count(name: string, byDefault: number): number {
    return this.#number(
      name,
      byDefault,
      (value) => Number.isSafeInteger(value) && value > 0,
      'whole numbers from 1 on',
    );
  }

  ratio(name: string): number {
    return this.#number(name, 1, (value) => value >= 0 && value <= 1, 'numbers from 0 to 1');
  }

  #number(name: string, byDefault: number, isAllowed: (value: number) => boolean, allowed: string): number {
    const given = this.word(name);
    if (given === null) return byDefault;
    if (isAllowed(Number(given))) return Number(given);
    this.warn(name, given, allowed);
    return byDefault;
  }
}
