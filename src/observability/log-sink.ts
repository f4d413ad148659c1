import winston from 'winston';
import Transport from 'winston-transport';

/** Where a log goes, several lines at a time, by winston. */
export class LogSink {
  readonly #logger: winston.Logger;

  /** @param stream such as standard output */
  constructor(stream: NodeJS.WritableStream) {
    this.#logger = winston.createLogger({
      format: winston.format.printf(({ message }) => String(message)),
      transports: [new StreamTransport(stream)],
      exitOnError: false,
    });
  }

  /** Writes lines that are complete but for the end of the last. */
  write(lines: string): void {
    this.#logger.write({ level: 'info', message: lines });
  }
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
