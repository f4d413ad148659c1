import { describeValue } from '../errors.ts';
import { jsonLine, type LineFormat, type LogFields, prettyLine } from './log-lines.ts';
import { LogSink } from './log-sink.ts';

/** From what must be seen to what is only looked for. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** How much an event matters. */
export type LogLevel = (typeof logLevels)[number];

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
  return new Logger(level, format === 'json' ? jsonLine : prettyLine, fixed, new LogSink(stream));
}

/**
 * The log: one event a line. It makes its lines itself and hands those of a tick of the event loop to winston at once:
 * under load, the streams of winston and a system call cost more for each line than making it. Errors are written at once,
 * in case the process is about to end.
 */
export class Logger {
  /** The least level that is written. May be set at any time. */
  level: LogLevel;
  readonly #line: LineFormat;
  readonly #fixed: LogFields | null;
  readonly #sink: LogSink;
  #lines: string[] = [];

  constructor(level: LogLevel, line: LineFormat, fixed: LogFields | null, sink: LogSink) {
    this.level = level;
    this.#line = line;
    this.#fixed = fixed;
    this.#sink = sink;
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
    if (this.#lines.length === 0) setImmediate(() => this.#flush());
    const all = this.#fixed === null ? fields : { ...this.#fixed, ...fields };
    this.#lines.push(this.#line(Date.now(), level, message, all));
    if (level === 'error') this.#flush();
  }

  /** Whether events of a level are written, for those that cost something to describe. */
  writes(level: LogLevel): boolean {
    return logLevels.indexOf(level) <= logLevels.indexOf(this.level);
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const lines = this.#lines.join('\n');
    this.#lines = [];
    this.#sink.write(lines);
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
