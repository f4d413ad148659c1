import { diag, DiagLogLevel } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingOptions, TracingSampler } from '../../config/tracing-settings.ts';
import { errorFields, type Logger } from '../logger.ts';
import { recordingTracer } from './recording-tracer.ts';
import { TellingExporter } from './telling-exporter.ts';
import type { TracedProcess, Tracing } from './trace.ts';

/**
 * Starts the SDK of OpenTelemetry: its sampler, its queue and an exporter. It is not registered as that of the whole
 * process, so that there is no instance but the one that is given back. What the environment says of the service goes
 * before what is said here; nothing is told of the machine, its user or the command line.
 */
export async function startTracing(
  options: TracingOptions,
  { softwareVersion, processNumber, graceMs }: TracedProcess,
  logger: Logger,
): Promise<Tracing> {
  const timeoutMillis = Math.min(options.timeoutMs, graceMs);
  const exporter = new TellingExporter(await openExporter(options, timeoutMillis, logger), logger);
  const own = resourceFromAttributes({
    'service.name': 'inferql',
    'service.version': softwareVersion,
    ...(processNumber === null ? {} : { 'inferql.process': processNumber }),
  });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(options.sampler),
    spanLimits: { linkCountLimit: options.linkCountLimit },
    // An attempt ends by itself; whoever gave up on it earlier would send the next spans beside it.
    spanProcessors: [new BatchSpanProcessor({ exporter, ...options.batch, exportTimeoutMillis: timeoutMillis + 1000 })],
  });
  const tracer = provider.getTracer('inferql', softwareVersion);
  logger.info('tracing', { protocol: options.protocol, sampler: options.sampler });
  return {
    tracer: recordingTracer(tracer, options.takesOver),
    stop: async () => {
      try {
        await provider.shutdown();
      } catch (error) {
        logger.warn('the last traces were not sent', errorFields(error));
      }
    },
  };
}

/** Both read by themselves where to send to, and with which headers, certificates and compression. */
async function openExporter(
  { protocol }: TracingOptions,
  timeoutMillis: number,
  logger: Logger,
): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  // What it cannot use, such as a URL that is none, it only tells those who listen.
  const tell = (hint: string) => logger.warn('tracing', { hint });
  const quiet = () => undefined;
  const listener = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(listener, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    return new OTLPTraceExporter({ timeoutMillis });
  } finally {
    diag.disable();
  }
}

function samplerOf({ followsCaller, ratio }: TracingSampler): Sampler {
  const root =
    ratio === 1 ? new AlwaysOnSampler() : ratio === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
  return followsCaller ? new ParentBasedSampler({ root }) : root;
}
