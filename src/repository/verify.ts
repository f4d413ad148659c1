import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveFile } from './scan.ts';

/** A version's model file, found and fingerprinted. */
export interface VerifiedFile {
  /** Absolute path with links followed; for the backend only. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** @throws ModelLoadError when the file is missing or no regular file. */
export async function verifyFile(modelPath: string, version: number, fileName: string): Promise<VerifiedFile> {
  const path = await resolveFile(join(modelPath, String(version)), fileName);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { path, sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') };
}
