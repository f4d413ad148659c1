import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey, revokeKey } from '../../src/access/keys-commands.ts';
import { temporaryFolder, type TestScope } from './temporary-folder.ts';

/** A keys file of a test, and the keys that it knows of. */
export interface TestKeys {
  readonly path: string;
  /** Makes a key with these scopes. */
  make(scopes: string, expires?: string): Promise<TestKey>;
  revoke(key: TestKey): Promise<void>;
  /** Puts other contents into the place of the file; null takes it away. */
  replace(text: string | null): Promise<void>;
}

export interface TestKey {
  readonly id: string;
  readonly key: string;
  /** What shows the key to the server. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A keys file without keys. */
export async function testKeys(test: TestScope): Promise<TestKeys> {
  const folder = await temporaryFolder(test, { 'keys.json': '{"version":1,"keys":[]}' });
  const path = join(folder, 'keys.json');
  return {
    path,
    make: async (scopes, expires) => {
      const { key, kept } = await createKey(path, { scopes, expires, name: `of ${scopes}` }, new Date());
      return { id: kept.id, key, headers: { authorization: `Bearer ${key}` } };
    },
    revoke: async ({ id }) => void (await revokeKey(path, id, new Date())),
    replace: async (text) => {
      if (text === null) return await rm(path);
      await writeFile(join(folder, 'staged'), text);
      await rename(join(folder, 'staged'), path);
    },
  };
}
