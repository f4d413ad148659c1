import type { Gateway } from '../gateway.ts';
import type { Logger } from '../observability/logger.ts';
import { freeStartGarbage } from './start-garbage.ts';

/**
 * Serves until it is told to stop.
 * @param onStop takes what is to be called once, then; the signal is null where none asked for it.
 * @throws what kept the models from being loaded at all, after the gateway has stopped.
 */
export async function serveUntilStopped(
  gateway: Gateway,
  logger: Logger,
  onStop: (callback: (signal: string | null) => void) => void,
): Promise<void> {
  const stopped = new Promise<void>((resolve, reject) => {
    onStop((signal) => {
      logger.info('stopping', { signal });
      gateway.stop().then(resolve, reject);
    });
  });
  try {
    await gateway.ready;
    await freeStartGarbage();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  await stopped;
}
