import type { TracingSettings } from '../../config/tracing-settings.ts';
import type { Logger } from '../logger.ts';
import { callerTraces } from './caller-traces.ts';
import type { TracedProcess, Tracing } from './trace.ts';

/** Begins to record traces where the environment asks for it. The SDK of OpenTelemetry is loaded only then. */
export async function openTracing(
  { tracing, warnings }: TracingSettings,
  recorder: TracedProcess,
  logger: Logger,
): Promise<Tracing> {
  for (const hint of warnings) logger.warn('tracing', { hint });
  if (tracing === null) return { tracer: callerTraces, stop: async () => undefined };
  const { startTracing } = await import('./start-tracing.ts');
  return await startTracing(tracing, recorder, logger);
}
