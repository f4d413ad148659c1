import type { GatewayOptions } from '../config/options.ts';
import { startGateway } from '../gateway.ts';
import type { PrimaryChannel } from '../processes/channel.ts';
import { PrimaryLink } from '../processes/primary-link.ts';
import type { CommandEnvironment } from './command.ts';
import { explainFailure } from './failure.ts';
import { openLog } from './open-log.ts';
import { serveUntilStopped } from './serve-until-stopped.ts';

/** Serves together with other processes, until this one or all of them are told to stop. Failures are the primary's to tell. */
export async function serveBesideOthers(
  options: GatewayOptions,
  channel: PrimaryChannel,
  io: CommandEnvironment,
  softwareVersion: string,
): Promise<number> {
  const link = await PrimaryLink.join(channel);
  try {
    if (link !== null) await serveLinked(options, link, io, softwareVersion);
    return 0;
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined;
    const { text, exitCode } = explainFailure(error) ?? { text: `${stack ?? String(error)}\n`, exitCode: 1 };
    link?.tellFailed(text, exitCode);
    return exitCode;
  } finally {
    channel.close();
  }
}

async function serveLinked(
  options: GatewayOptions,
  link: PrimaryLink,
  io: CommandEnvironment,
  softwareVersion: string,
): Promise<void> {
  const { number, place } = link;
  const { log } = options;
  const logger = await openLog(
    { ...log, level: place.logLevel ?? log.level },
    { format: place.logFormat, stream: io.output, processNumber: number },
  );
  const gateway = await startGateway({ ...options, port: place.port }, logger, softwareVersion, link, io.usage);
  link.tellListening(Number(new URL(gateway.url).port));
  gateway.ready.then(
    () => link.tellReady(),
    () => undefined,
  );
  await serveUntilStopped(gateway, logger, (callback) => {
    let isTold = false;
    // A Ctrl-C reaches every process of a terminal, and the primary passes on what reaches itself.
    const tellOnce = (signal: string | null): void => {
      if (!isTold) callback(signal);
      isTold = true;
    };
    io.onStopSignal(tellOnce);
    link.onStop(tellOnce);
  });
}
