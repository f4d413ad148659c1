import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { ModelLoadError, systemCode } from '../errors.ts';
import { isGone } from './read-folder.ts';
import { missingFile, resolveFile } from './scan.ts';

/** A version's model file, found and fingerprinted. */
export interface VerifiedFile {
  /** Absolute path with links followed; for the backend only. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** @throws ModelLoadError when the file is missing, no regular file, or cannot be read. */
export async function verifyFile(modelPath: string, version: number, fileName: string): Promise<VerifiedFile> {
  const path = await resolveFile(join(modelPath, String(version)), fileName);
  try {
    return { path, ...(await hashFile(path)) };
  } catch (error) {
    // It was there a moment ago: somebody replaces it, or takes the version away.
    if (isGone(error)) throw missingFile(fileName);
    const message = `${fileName} cannot be read (${systemCode(error)}): check who owns it and who may read it.`;
    throw new ModelLoadError(message, { cause: error });
  }
}

/** Reads a file through. @throws Error of the file system */
export async function hashFile(path: string): Promise<Pick<VerifiedFile, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}
