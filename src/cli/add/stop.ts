import { ModelLoadError } from '../../errors.ts';
import type { CommandEnvironment } from '../command.ts';

/**
 * A signal that is aborted when the process is asked to stop, which is told at once: what runs at the moment, such as the
 * runtime that optimises a large model, has to end first, and whoever asks again meanwhile ends the process without a word.
 */
export function abortWhenStopped(io: Pick<CommandEnvironment, 'errors' | 'onStopSignal'>): AbortSignal {
  const stop = new AbortController();
  io.onStopSignal((signal) => {
    io.errors.write(`inferql: ${signal}: stopping, once more ends it at once.\n`);
    stop.abort(new ModelLoadError(`Stopped by ${signal}: nothing was put into place.`));
  });
  return stop.signal;
}
