import { startGateway } from '../gateway.ts';
import { createLogger } from '../observability/logger.ts';
import type { CommandAction } from './command.ts';
import { leadProcesses } from './lead-processes.ts';
import { serveBesideOthers } from './serve-beside-others.ts';
import { serveUntilStopped } from './serve-until-stopped.ts';

/** Serves until it is told to stop: in this process, or in several that this one leads. */
export const serve: CommandAction = async (options, io, softwareVersion) => {
  const { processes, logLevel, logFormat } = options;
  if (io.primary !== null) return await serveBesideOthers(options, io.primary, io, softwareVersion);
  const format = logFormat === 'auto' ? (io.output.isTTY ? 'pretty' : 'json') : logFormat;
  const logger = createLogger({ level: logLevel, format, stream: io.output });
  if (processes > 1) return await leadProcesses(options, io, logger, format);
  const gateway = await startGateway(options, logger, softwareVersion);
  await serveUntilStopped(gateway, logger, (callback) => io.onStopSignal(callback));
  return 0;
};
