import { open, readFile, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.ts';
import { AccessError } from './access-error.ts';
import { parseKeys, printKeys, type KeptKey } from './keys-file.ts';

/** For its owner alone: hashes are no keys, and yet nobody else's business. */
const mode = 0o600;

/**
 * Reads the keys of a file; none where there is no file.
 * @throws AccessError when it cannot be read or is no keys file.
 */
export async function readKeys(path: string): Promise<readonly KeptKey[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw cannot('read', path, error);
  });
  return text === null ? [] : parseKeys(text);
}

/**
 * Changes a keys file in one step: whoever reads it sees all of the change or nothing. Two commands at once do not undo
 * each other, for the file that the change is written to is made by one of them only.
 * @param change what it throws leaves the file as it was.
 * @throws AccessError when it cannot be read or written, or belongs to somebody else than the server that reads it.
 */
export async function changeKeys<Result>(
  path: string,
  change: (keys: readonly KeptKey[]) => { readonly keys: readonly KeptKey[]; readonly result: Result },
): Promise<Result> {
  // A link stays one.
  const target = await realpath(path).catch(() => path);
  const staged = `${target}.new`;
  const handle = await open(staged, 'wx', mode).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw cannot('write', path, error);
    throw new AccessError(
      `${staged} is there: another command is changing the keys, or ended while it did. If none is running, remove the file.`,
    );
  });
  try {
    const { keys, result } = change(await readKeys(target));
    await keepOwner(handle, target);
    await handle.writeFile(printKeys(keys));
    await handle.sync();
    await handle.close();
    await rename(staged, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await handle.close();
    await rm(staged, { force: true });
    throw error instanceof AccessError ? error : cannot('write', path, error);
  }
}

/** A server of another user could not read the file any more, and would go on with the keys that it knows, revoked ones too. */
async function keepOwner(handle: FileHandle, target: string): Promise<void> {
  const before = await stat(target).catch(() => null);
  const { uid, gid } = await handle.stat();
  if (before === null || (before.uid === uid && before.gid === gid)) return;
  await handle.chown(before.uid, before.gid).catch((error: unknown) => {
    if (before.uid === uid) return;
    throw new AccessError(`${target} belongs to another user: run the command as that user.`, { cause: error });
  });
}

/** So that a revocation that was told of outlives a loss of power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function cannot(what: 'read' | 'write', path: string, error: unknown): AccessError {
  return new AccessError(
    `The keys file ${path} cannot be ${what === 'read' ? 'read' : 'written'} (${systemCode(error)}).`,
    {
      cause: error,
    },
  );
}
