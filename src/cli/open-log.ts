import { parse, format } from 'node:path';
import type { LogOptions } from '../config/log-settings.ts';
import { OptionsError } from '../config/options.ts';
import { createLogger, type Logger, type LoggerOptions } from '../observability/logger.ts';

/**
 * Makes the log of a server, with its file where there is to be one.
 * @throws OptionsError when the file cannot be written.
 */
export async function openLog(
  { level, file }: Pick<LogOptions, 'level' | 'file'>,
  place: Omit<LoggerOptions, 'level'>,
): Promise<Logger> {
  const logger = createLogger({ ...place, level });
  if (file === null) return logger;
  const { processNumber } = place;
  const path = processNumber === undefined ? file.path : ownPath(file.path, processNumber);
  try {
    await logger.addFile({ ...file, path });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OptionsError(`option --log-file: the file cannot be written: ${why}`);
  }
  return logger;
}

/** The dash at the end is for the numbers of files that were put aside. */
function ownPath(path: string, processNumber: number): string {
  const { dir, name, ext } = parse(path);
  return format({ dir, name: `${name}-process${processNumber}-`, ext });
}
