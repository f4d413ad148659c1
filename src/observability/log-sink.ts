import { mkdir, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import winston from 'winston';
import Transport from 'winston-transport';
import type { LogFile } from '../config/log-settings.ts';

/**
 * So many writes may wait for a place that is slow; what comes after them is dropped, or a place that takes nothing would
 * have the memory of the process. It is by this that a full disk is noticed: winston keeps the error of its file to itself.
 */
const mostWaiting = 1000;

/** Where the lines of a log go, several at a time, by winston. */
export class LogSink {
  readonly #logger: winston.Logger;
  readonly #onError: (error: unknown) => void;

  /** @param onError told of what keeps lines from being written. */
  constructor(transport: Transport, onError: (error: unknown) => void = () => undefined) {
    this.#logger = winston.createLogger({
      format: winston.format.printf(({ message }) => String(message)),
      transports: [transport],
      exitOnError: false,
    });
    // Without a listener an error of a transport would end the process.
    this.#logger.on('error', onError);
    this.#onError = onError;
  }

  /** Writes lines that are complete but for the end of the last. */
  write(lines: string): void {
    if (this.#logger.writableLength < mostWaiting) this.#logger.write({ level: 'info', message: lines });
    else this.#onError(new Error(`It is full or too slow: ${mostWaiting} writes wait for it.`));
  }
}

/** @param stream such as standard output */
export function streamSink(stream: NodeJS.WritableStream): LogSink {
  return new LogSink(new StreamTransport(stream));
}

/**
 * Makes the sink of a file, whose folder is made where there is none.
 * @throws Error when the file cannot be written.
 */
export async function fileSink(
  { path, maxBytes, count }: LogFile,
  onError: (error: unknown) => void,
): Promise<LogSink> {
  await mkdir(dirname(path), { recursive: true });
  // winston tells of a file that cannot be opened only later, and would wait for it.
  await (await open(path, 'a')).close();
  const transport = new winston.transports.File({
    dirname: dirname(path),
    filename: basename(path),
    maxsize: maxBytes,
    maxFiles: count,
    tailable: true,
  });
  return new LogSink(transport, onError);
}

/** winston's key for the text that its format has made. */
const textKey = Symbol.for('message');

class StreamTransport extends Transport {
  readonly #stream: NodeJS.WritableStream;
  #isBroken = false;

  constructor(stream: NodeJS.WritableStream) {
    super();
    this.#stream = stream;
    // Whoever reads the log may end before the server, which must not end with them: its lines are dropped from then on.
    stream.on('error', () => {
      this.#isBroken = true;
    });
  }

  override log(info: Readonly<Record<symbol, unknown>>, next: () => void): void {
    if (!this.#isBroken) this.#stream.write(`${String(info[textKey])}\n`);
    next();
  }
}
