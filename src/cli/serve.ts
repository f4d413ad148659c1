import { startGateway } from '../gateway.ts';
import { createLogger } from '../observability/logger.ts';
import type { CommandAction } from './command.ts';

/** Serves until it is told to stop. */
export const serve: CommandAction = async (options, io, softwareVersion) => {
  const { logLevel, logFormat } = options;
  const format = logFormat === 'auto' ? (io.output.isTTY ? 'pretty' : 'json') : logFormat;
  const logger = createLogger({ level: logLevel, format, stream: io.output });
  const gateway = await startGateway(options, logger, softwareVersion);
  const stopped = new Promise<void>((resolve, reject) => {
    io.onStopSignal((signal) => {
      logger.info('stopping', { signal });
      gateway.stop().then(resolve, reject);
    });
  });
  try {
    await gateway.ready;
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  await stopped;
  return 0;
};
