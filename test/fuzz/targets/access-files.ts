import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { AccessError } from '../../../src/access/access-error.ts';
import { parseKeys } from '../../../src/access/keys-file.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import { openTokenKeys } from '../../../src/access/token-keys.ts';
import { parseTrustedDocuments } from '../../../src/graphql/trusted/documents-file.ts';
import { assertNothingInside } from '../../helpers/error-form.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { tokenIssuer } from '../../helpers/tokens.ts';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { goodOperations } from './good-operations.ts';

const kept = {
  id: 'ab12',
  name: 'ci',
  sha256: 'a'.repeat(64),
  scopes: ['predict:*', 'models:read'],
  createdAt: '2026-01-01T00:00:00Z',
  expiresAt: null,
  revokedAt: null,
};
const keys = {
  version: 1,
  keys: [
    kept,
    {
      ...kept,
      id: 'cd34',
      sha256: 'b'.repeat(64),
      name: null,
      scopes: ['admin'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    },
  ],
};
const documents = Object.fromEntries(
  Object.entries(goodOperations).map(([name, { query }]) => [`sha256:${name}`, query]),
);
const names = [
  'id',
  'name',
  'sha256',
  'scopes',
  'createdAt',
  'expiresAt',
  'keys',
  'version',
  'kty',
  'crv',
  'x',
  'alg',
  'kid',
  'use',
  'k',
  'n',
  'e',
];

/** The files that say who may call, and with which documents. */
export const accessFiles: FuzzTarget = {
  name: 'access files',
  about: 'keys file, trusted documents and key set of tokens, spoilt as bytes and by their values',
  casesInTests: 150,
  share: 30,
  open: async ({ scope }) => {
    const path = join(await temporaryFolder(scope), 'jwks.json');
    const { jwks } = await tokenIssuer();
    const seeds: Readonly<Record<string, unknown>> = { keys, documents, jwks };
    const bytes = Object.fromEntries(
      Object.entries(seeds).map(([name, each]) => [name, Buffer.from(JSON.stringify(each))]),
    );
    const read: Readonly<Record<string, (text: string) => unknown>> = {
      keys: (text) => new KeyRing(parseKeys(text)),
      documents: parseTrustedDocuments,
      jwks: async (text) => {
        await writeFile(path, text);
        const found = await openTokenKeys(
          { kind: 'jwksFile', path },
          { algorithms: ['ES256'], onRefused: () => undefined },
        );
        found.close();
      },
    };
    return throwing({
      cases: fc.oneof(
        fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(bytes, byteEdit(bytes), 3) }),
        {
          weight: 4,
          arbitrary: fc.record({ as: fc.constant('values' as const), mutation: mutationOf(seeds, jsonEdit(names), 4) }),
        },
      ),
      check: async (each) => {
        const text =
          each.as === 'bytes'
            ? Buffer.from(mutateBytes(bytes, each.mutation)).toString()
            : mutateJson(seeds, each.mutation);
        try {
          await read[each.mutation.seed]?.(text);
          return `${each.mutation.seed}: read`;
        } catch (error) {
          if (!(error instanceof AccessError)) throw error;
          assertNothingInside(error.message);
          return `${each.mutation.seed}: refused`;
        }
      },
    });
  },
};
