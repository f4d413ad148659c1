import { AccessError } from '../access/access-error.ts';
import { OptionsError } from '../config/options.ts';
import { ModelLoadError } from '../errors.ts';

/** What is said of a failure on the error stream, and the code that the command ends with. */
export interface Failure {
  /** Whole lines. */
  readonly text: string;
  readonly exitCode: number;
}

/** Explains a failure that whoever started the command can do something about; null for a fault. */
export function explainFailure(error: unknown): Failure | null {
  if (error instanceof OptionsError) return { text: `inferql: ${error.message}\n`, exitCode: 2 };
  if (error instanceof ModelLoadError || error instanceof AccessError)
    return { text: `inferql: ${error.message}\n`, exitCode: 1 };
  if (isListenError(error)) {
    const text = `inferql: ${error.message}. Set another address with --host and --port, or HOST and PORT.\n`;
    return { text, exitCode: 1 };
  }
  return null;
}

/** What asks the system for an address; `bind` where the primary of several processes asks for one of them. */
const listening: ReadonlySet<unknown> = new Set(['listen', 'bind', 'getaddrinfo']);

function isListenError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && listening.has(error.syscall);
}
