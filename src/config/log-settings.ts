import { z } from 'zod';
import { count, greatestInt, integer, text } from './setting-types.ts';

/** From what must be seen to what is only looked for. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** How much an event matters. */
export type LogLevel = (typeof logLevels)[number];

/** A file that the log is written to besides. */
export interface LogFile {
  /** Absolute path. */
  readonly path: string;
  /** When the file is as long as that, in bytes, or a little longer, it is put aside and another one is begun. */
  readonly maxBytes: number;
  /** How many files are kept, the newest with it; the oldest goes when there would be more. */
  readonly count: number;
}

/** What is logged, how, and where. */
export interface LogOptions {
  /** The least level that is written, until an administrator asks for another. */
  readonly level: LogLevel;
  /** How lines are written to standard output. `auto` is pretty on a terminal and JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Null to write to standard output alone. */
  readonly file: LogFile | null;
  /** Of so many requests that went well, one has a line. */
  readonly sampling: number;
  /** Predictions that take longer, in milliseconds, are warned of; 0 for none. */
  readonly slowPredictionMs: number;
}

/** What is logged. Spread into the table of all settings. */
export const logSettings = {
  logLevel: {
    env: 'INFERQL_LOG_LEVEL',
    schema: z.enum(logLevels).default('info'),
    help: 'Least level that is logged: error, warn, info or debug. The mutation setLogLevel changes it in a server that runs.',
  },
  logFormat: {
    env: 'INFERQL_LOG_FORMAT',
    schema: z.enum(['auto', 'json', 'pretty']).default('auto'),
    help: 'How lines are written: json, pretty, or auto, which is pretty on a terminal and JSON elsewhere.',
  },
  logFile: {
    env: 'INFERQL_LOG_FILE',
    schema: text.nullable().default(null),
    help: 'File that the log is written to as well, in JSON. Of several processes, each has a file of its own: of inferql.log, the second process that serves has inferql-process2-.log.',
  },
  logFileMaxBytes: {
    env: 'INFERQL_LOG_FILE_MAX_BYTES',
    // Were it full again while it is still being put aside, winston would overwrite what it has.
    schema: integer(1024 * 1024, Number.MAX_SAFE_INTEGER).default(100 * 1024 * 1024),
    help: 'How long the file of the log becomes, in bytes, before it is put aside, with a number in its name, and another is begun.',
  },
  logFileCount: {
    env: 'INFERQL_LOG_FILE_COUNT',
    schema: count.default(5),
    help: 'How many files of the log are kept, the newest among them.',
  },
  logSampling: {
    env: 'INFERQL_LOG_SAMPLING',
    schema: count.default(1),
    help: 'Of so many requests that went well, one has a line in the log, chosen evenly. Requests with errors always have one.',
  },
  slowPredictionMs: {
    env: 'INFERQL_SLOW_PREDICTION_MS',
    schema: integer(0, greatestInt).default(1000),
    help: 'Predictions that take longer, in milliseconds, are warned of in the log, with where their time went; 0 for none.',
  },
} as const;
