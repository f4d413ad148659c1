import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLogger, type Logger } from '../../src/observability/logger.ts';

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string; readonly level: string };

export interface RecordedLog {
  readonly logger: Logger;
  /** Every line that was written so far, debug lines included. */
  readonly lines: readonly LogLine[];
}

/** Makes a log that keeps its lines. */
export function recordLog(): RecordedLog {
  const lines: LogLine[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line !== '') lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });
  return { logger: createLogger({ level: 'debug', format: 'json', stream }), lines };
}

/** Long enough for a busy machine: a wait for nothing ends, and says what was there instead. */
const limitMs = 30_000;

/**
 * Waits for a line, since lines are written after what they tell of.
 * @throws Error with the last lines, when it does not come.
 */
export async function waitForLine(
  lines: readonly LogLine[],
  isMeant: (line: LogLine) => boolean,
  from = 0,
): Promise<LogLine> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const line = lines.slice(from).find(isMeant);
    if (line !== undefined) return line;
    if (performance.now() > deadline) {
      throw new Error(`The line was not logged; the last ones are ${JSON.stringify(lines.slice(-10), null, 2)}`);
    }
    await nextTurn();
  }
}
