import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LogLine } from './log.ts';
import type { TestScope } from './temporary-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A run of the command line in a process of its own. */
export interface CommandRun {
  /** The lines of the log so far. */
  readonly lines: readonly LogLine[];
  /** The first line of the log with this message. Rejects when the process ends without it. */
  line(message: string): Promise<LogLine>;
  /** The first line that is meant, from a place in the log on. Rejects when the process ends without it. */
  until(isMeant: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }>;
}

/** Runs `inferql` with these arguments, and in an environment that holds nothing else of ours. It ends with the test. */
export function runCommand(
  test: TestScope,
  commandArguments: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): CommandRun {
  return follow(test, spawnCommand(process.execPath, [main, ...commandArguments], environment));
}

/** Runs the script `start` as npm does: in a shell, which gets the signals that are sent to npm. It ends with the test. */
export function runStartScript(test: TestScope): CommandRun {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: { start: string } };
  return follow(test, spawnCommand('sh', ['-c', scripts.start], {}));
}

function spawnCommand(
  file: string,
  commandArguments: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const { NODE_V8_COVERAGE, NODE_COMPILE_CACHE } = process.env;
  return spawn(file, commandArguments, {
    cwd: root,
    env: { PATH: path, NODE_V8_COVERAGE, NODE_COMPILE_CACHE, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Collects what a process writes. */
function follow(test: TestScope, child: ChildProcessByStdio<null, Readable, Readable>): CommandRun {
  let output = '';
  let errors = '';
  let unread = '';
  const lines: LogLine[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    unread += text;
    const end = unread.lastIndexOf('\n') + 1;
    lines.push(...linesOf(unread.slice(0, end)));
    unread = unread.slice(end);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  let hasClosed = false;
  const ended = once(child, 'close').then(([code]) => {
    hasClosed = true;
    return { code: code as number | null, output, errors };
  });
  test.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const until = async (isMeant: (line: LogLine) => boolean, from = 0): Promise<LogLine> => {
    for (let next = from; ;) {
      const found = lines.slice(next).find(isMeant);
      if (found !== undefined) return found;
      next = Math.max(next, lines.length);
      if (hasClosed) {
        throw new Error(`The process ended without the line: ${output.slice(-10_000)}${errors}`);
      }
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
  };
  const line = (message: string) => until((candidate) => candidate.message === message);
  return { lines, line, until, ended, signal: (name) => void child.kill(name) };
}

/** The lines of a log that are whole; what else a command prints, such as JSON over several lines, is none. */
export function linesOf(output: string): LogLine[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line) as LogLine);
}
