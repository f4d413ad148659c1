import { type LogFile, type LogLevel, logLevels } from '../config/log-settings.ts';
import { describeValue } from '../errors.ts';
import { jsonLine, type LineFormat, type LogFields, prettyLine } from './log-lines.ts';
import { fileSink, type LogSink, streamSink } from './log-sink.ts';

export interface LoggerOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** `pretty` is for eyes, `json` is one object a line. */
  readonly format: 'json' | 'pretty';
  /** Where lines go, such as standard output. */
  readonly stream: NodeJS.WritableStream;
  /** Which of several processes writes; it stands in every line. */
  readonly processNumber?: number;
}

/** Makes the log. */
export function createLogger({ level, format, stream, processNumber }: LoggerOptions): Logger {
  const fixed = processNumber === undefined ? null : { process: processNumber };
  return new Logger(level, fixed, { line: format === 'json' ? jsonLine : prettyLine, sink: streamSink(stream) });
}

/** How lines are made for a place, and that place. */
interface LogOutput {
  readonly line: LineFormat;
  readonly sink: LogSink;
}

/** The lines of a tick for one output. */
interface WaitingLines extends LogOutput {
  readonly lines: string[];
}

/**
 * The log: one event a line. It makes its lines itself and hands those of a tick of the event loop to winston at once:
 * under load, the streams of winston and a system call cost more for each line than making it. Errors are written at once,
 * in case the process is about to end.
 */
export class Logger {
  /** The least level that is written. May be set at any time. */
  level: LogLevel;
  readonly #fixed: LogFields | null;
  readonly #outputs: WaitingLines[];
  #isFlushAwaited = false;

  constructor(level: LogLevel, fixed: LogFields | null, output: LogOutput) {
    this.level = level;
    this.#fixed = fixed;
    this.#outputs = [{ ...output, lines: [] }];
  }

  /**
   * From now on writes to a file as well, in JSON.
   * @throws Error when the file cannot be written.
   */
  async addFile(file: LogFile): Promise<void> {
    let isTold = false;
    const sink = await fileSink(file, (error) => {
      if (isTold) return;
      // Before it is told, since that is written to the file as well.
      isTold = true;
      this.error('the file of the log cannot be written; lines are missing from it', errorFields(error));
    });
    this.#outputs.push({ line: jsonLine, sink, lines: [] });
  }

  error(message: string, fields?: LogFields): void {
    this.log('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.log('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.log('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.log('debug', message, fields);
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.writes(level)) return;
    const time = Date.now();
    const all = this.#fixed === null ? fields : { ...this.#fixed, ...fields };
    for (const { line, lines } of this.#outputs) lines.push(line(time, level, message, all));
    if (level === 'error') this.#flush();
    else if (!this.#isFlushAwaited) {
      this.#isFlushAwaited = true;
      setImmediate(() => this.#flush());
    }
  }

  /** Whether events of a level are written, for those that cost something to describe. */
  writes(level: LogLevel): boolean {
    return logLevels.indexOf(level) <= logLevels.indexOf(this.level);
  }

  #flush(): void {
    this.#isFlushAwaited = false;
    for (const { lines, sink } of this.#outputs) {
      if (lines.length > 0) sink.write(lines.splice(0).join('\n'));
    }
  }
}

/** Chains are short; a longer one is a circle or a mistake. */
const mostCauses = 10;

/** An error as fields of a log line: what it says, its stack, and what caused it with what caused that, each with its stack. */
export function errorFields(error: unknown): { error: string; stack?: string | undefined; cause?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const causes = causesOf(error).map((cause) =>
    cause instanceof Error ? (cause.stack ?? cause.message) : describeValue(cause),
  );
  const fields = { error: error.message, stack: error.stack };
  return causes.length === 0 ? fields : { ...fields, cause: causes.join('\ncaused by ') };
}

function causesOf(error: Error): readonly unknown[] {
  const chain: unknown[] = [error];
  for (let last: unknown = error; last instanceof Error && chain.length <= mostCauses; last = chain.at(-1)) {
    if (last.cause == null || chain.includes(last.cause)) break;
    chain.push(last.cause);
  }
  return chain.slice(1);
}
