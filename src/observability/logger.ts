import winston from 'winston';
import Transport from 'winston-transport';
import { describeValue } from '../errors.ts';

export type Logger = winston.Logger;

export interface LoggerOptions {
  readonly level: string;
  /** `pretty` is for eyes, `json` is one object a line. */
  readonly format: 'json' | 'pretty';
  /** Where lines go, such as standard output. */
  readonly stream: NodeJS.WritableStream;
  /** Which of several processes writes; it stands in every line. */
  readonly processNumber?: number;
}

/** Makes the log. One JSON object a line: `timestamp`, `level`, `message` and what belongs to the event. */
export function createLogger({ level, format, stream, processNumber }: LoggerOptions): Logger {
  return winston.createLogger({
    level,
    ...(processNumber === undefined ? {} : { defaultMeta: { process: processNumber } }),
    format: winston.format.printf(format === 'json' ? jsonLine : prettyLine),
    transports: [new LineTransport(stream)],
    exitOnError: false,
  });
}

/** winston's key for the text of a line. */
const lineKey = Symbol.for('message');

/**
 * Writes the lines of a tick of the event loop at once: under load, a system call for each line costs more than making
 * it. Errors are written at once, in case the process is about to end.
 */
class LineTransport extends Transport {
  readonly #stream: NodeJS.WritableStream;
  #lines = '';
  #isBroken = false;

  constructor(stream: NodeJS.WritableStream) {
    super();
    this.#stream = stream;
    // Whoever reads the log may end before the server, which must not end with them: its lines are dropped from then on.
    stream.on('error', () => {
      this.#isBroken = true;
    });
  }

  override log(info: Readonly<Record<string | symbol, unknown>>, next: () => void): void {
    if (this.#lines === '') setImmediate(() => this.#flush());
    this.#lines += `${String(info[lineKey])}\n`;
    if (info['level'] === 'error') this.#flush();
    next();
  }

  override close(): void {
    this.#flush();
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '' && !this.#isBroken) this.#stream.write(lines);
  }
}

function jsonLine({ level, message, ...rest }: winston.Logform.TransformableInfo): string {
  return JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...rest });
}

const colours: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 32, debug: 36 };

function prettyLine(info: winston.Logform.TransformableInfo): string {
  const { level, message, stack, cause, ...rest } = info;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const time = new Date().toISOString().slice(11, 23);
  const coloured = `\u001B[${colours[level] ?? 0}m${level.padEnd(5)}\u001B[0m`;
  const line = `${time} ${coloured} ${String(message)}${details === '' ? '' : `  \u001B[2m${details}\u001B[0m`}`;
  const below = [stack, typeof cause === 'string' ? `caused by ${cause}` : cause];
  return [line, ...below.filter((text) => typeof text === 'string')].join('\n');
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
