import { once } from 'node:events';
import { createServer } from 'node:net';
import { openBudgets } from '../access/budgets/open-budgets.ts';
import type { GatewayOptions } from '../config/options.ts';
import type { Logger } from '../observability/logger.ts';
import { Primary } from '../processes/primary.ts';
import type { PrimaryClock } from '../processes/serving-slot.ts';
import type { CommandEnvironment } from './command.ts';

const clock: PrimaryClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Has several processes serve, until they are told to stop.
 * @throws Error when the address cannot be listened on.
 */
export async function leadProcesses(
  options: GatewayOptions,
  io: CommandEnvironment,
  logger: Logger,
  logFormat: 'json' | 'pretty',
): Promise<number> {
  const { host, port, processes: total, rateLimit, metrics } = options;
  await tryAddress(host, port);
  if (metrics.kind === 'apart') await tryAddress(metrics.host, metrics.port);
  // The processes that serve count in Redis themselves, where there is one, and here while it does not answer.
  const { budgets } = await openBudgets(rateLimit && { ...rateLimit, redis: null }, null, logger);
  const fork = () => io.fork();
  const primary = new Primary({ total, port, logFormat, fork, output: io.output, logger, clock, budgets });
  io.onStopSignal((signal) => {
    logger.info('stopping', { signal });
    primary.stop(signal);
  });
  primary.start();
  const { exitCode, failure } = await primary.ended;
  if (failure === null) logger.info('stopped');
  else io.errors.write(failure);
  return exitCode;
}

/** Whether the address is free is asked before any process is started: it is then said once, and at once. */
async function tryAddress(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
