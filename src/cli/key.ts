import type { Command } from 'commander';
import { createKey, revokeKey, type KeyRequest } from '../access/keys-commands.ts';
import { readKeys } from '../access/keys-editor.ts';
import type { KeptKey } from '../access/keys-file.ts';
import { compileOptions, OptionsError } from '../config/options.ts';
import type { CommandEnvironment } from './command.ts';
import { printable } from './printable.ts';

interface KeyFlags {
  readonly keys?: string;
}

/**
 * Adds the command `key`, with one below it for each thing that can be done with API keys.
 * @param run carries an action out; its result is the exit code.
 */
export function addKeyCommand(
  program: Command,
  io: CommandEnvironment,
  run: (action: Promise<number>) => Promise<void>,
): void {
  const command = program.command('key').description('make, list and revoke API keys');
  const file = ['--keys <file>', 'The keys file. Environment: INFERQL_KEYS.'] as const;
  command
    .command('create')
    .description('make a key and print it: this once, for only its hash is kept')
    .requiredOption(
      '--scopes <scopes>',
      'What it gives: predict:<model glob>, models:read, admin, separated by commas.',
    )
    .option('--name <name>', 'What it is for; in lists and in the log.')
    .option('--expires <when>', 'When it expires: a time from now, such as 90d, or a date. Default: never.')
    .option(...file)
    .action((flags: KeyFlags & KeyRequest) => run(create(io, flags)));
  command
    .command('list')
    .description('list the keys: what they give, and until when')
    .option('--json', 'Print them as JSON.')
    .option(...file)
    .action((flags: KeyFlags & { readonly json?: boolean }) => run(list(io, flags)));
  command
    .command('revoke')
    .description('revoke a key for good; servers notice within seconds')
    .argument('<id>', 'the id of the key, as the list has it')
    .option(...file)
    .action((id: string, flags: KeyFlags) => run(revoke(io, id, flags)));
}

/** The key alone goes to the standard output, so that a script can take it from there. */
async function create(io: CommandEnvironment, flags: KeyFlags & KeyRequest): Promise<number> {
  const path = keysFileOf(io, flags);
  const { key, kept } = await createKey(path, flags, new Date());
  io.output.write(`${key}\n`);
  const until = kept.expiresAt === null ? 'It does not expire' : `It expires at ${kept.expiresAt}`;
  io.errors.write(
    `Keep this key: it is not shown again. ${until}, has the id ${kept.id}, and gives ${kept.scopes.join(', ')}.\n` +
      `Its hash is in ${path}; a server takes the key with --keys or INFERQL_KEYS set to that file.\n`,
  );
  return 0;
}

async function list(io: CommandEnvironment, flags: KeyFlags & { readonly json?: boolean }): Promise<number> {
  const now = Date.now();
  const keys = (await readKeys(keysFileOf(io, flags))).map((key) => ({ ...key, state: stateOf(key, now) }));
  if (flags.json === true) {
    io.output.write(
      `${JSON.stringify(
        keys.map(({ sha256: _hash, ...shown }) => shown),
        null,
        2,
      )}\n`,
    );
    return 0;
  }
  const rows = keys.map(({ id, state, expiresAt, scopes, name }) => [
    id,
    state,
    expiresAt ?? 'never',
    scopes.join(','),
    name ?? '',
  ]);
  io.output.write(
    rows.length === 0 ? 'No keys.\n' : printTable([['id', 'state', 'expires', 'scopes', 'name'], ...rows]),
  );
  return 0;
}

async function revoke(io: CommandEnvironment, id: string, flags: KeyFlags): Promise<number> {
  const { revokedAt } = await revokeKey(keysFileOf(io, flags), id, new Date());
  io.output.write(`The key ${id} is revoked since ${revokedAt}.\n`);
  return 0;
}

/** @throws OptionsError when nothing says which file it is. */
function keysFileOf(io: CommandEnvironment, { keys }: KeyFlags): string {
  const path = compileOptions(keys === undefined ? {} : { keys }, io.environment).access.keys;
  if (path === null) throw new OptionsError('Say which file the keys are in: --keys <file> or INFERQL_KEYS.');
  return path;
}

function stateOf({ revokedAt, expiresAt }: KeptKey, now: number): 'revoked' | 'expired' | 'valid' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}

function printTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return printable(`${lines.join('\n')}\n`);
}
