import winston from 'winston';

export type Logger = winston.Logger;

export interface LoggerOptions {
  readonly level: string;
  /** `pretty` is for eyes, `json` is one object a line. */
  readonly format: 'json' | 'pretty';
  /** Where lines go. @default standard output */
  readonly transport?: winston.transport;
}

/** Makes the log. One JSON object a line: `timestamp`, `level`, `message` and what belongs to the event. */
export function createLogger({ level, format, transport }: LoggerOptions): Logger {
  const { combine, timestamp, json, printf } = winston.format;
  return winston.createLogger({
    level,
    format: combine(timestamp(), format === 'json' ? json() : printf(prettyLine)),
    transports: [transport ?? new winston.transports.Console()],
    exitOnError: false,
  });
}

/** Sends log lines to a stream, such as standard error. */
export function streamTransport(stream: NodeJS.WritableStream): winston.transport {
  return new winston.transports.Stream({ stream });
}

const colours: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 32, debug: 36 };

function prettyLine(info: winston.Logform.TransformableInfo): string {
  const { timestamp, level, message, stack, ...rest } = info;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const time = String(timestamp).slice(11, 23);
  const coloured = `\u001B[${colours[level] ?? 0}m${level.padEnd(5)}\u001B[0m`;
  const line = `${time} ${coloured} ${String(message)}${details === '' ? '' : `  \u001B[2m${details}\u001B[0m`}`;
  return typeof stack === 'string' ? `${line}\n${stack}` : line;
}

/** An error as fields of a log line: what it says, its stack, and what caused it. */
export function errorFields(error: unknown): { error: string; stack?: string | undefined; cause?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const { cause } = error;
  const causeText =
    cause instanceof Error ? (cause.stack ?? cause.message) : cause === undefined ? undefined : String(cause);
  return { error: error.message, stack: error.stack, ...(causeText === undefined ? {} : { cause: causeText }) };
}
