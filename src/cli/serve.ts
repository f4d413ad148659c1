import { noPeers } from '../processes/peers.ts';
import type { CommandAction } from './command.ts';
import { leadProcesses } from './lead-processes.ts';
import { openLog } from './open-log.ts';
import { serveUntilStopped } from './serve-until-stopped.ts';

/** Serves until it is told to stop: in this process, or in several that this one leads. */
export const serve: CommandAction = async (options, io, softwareVersion) => {
  const { processes, log } = options;
  if (io.primary !== null) {
    const { serveBesideOthers } = await import('./serve-beside-others.ts');
    return await serveBesideOthers(options, io.primary, io, softwareVersion);
  }
  const format = log.format === 'auto' ? (io.output.isTTY ? 'pretty' : 'json') : log.format;
  const logger = await openLog(log, { format, stream: io.output });
  if (processes > 1) return await leadProcesses(options, io, logger, format);
  const { startGateway } = await import('../gateway.ts');
  const gateway = await startGateway(options, logger, softwareVersion, noPeers(), io.usage);
  await serveUntilStopped(gateway, logger, (callback) => io.onStopSignal(callback));
  return 0;
};
