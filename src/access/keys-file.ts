import { z } from 'zod';
import { describeValue } from '../errors.ts';
import { AccessError } from './access-error.ts';
import { isScope, scopeSyntax } from './grant.ts';

const moment = z.iso.datetime();

const keySchema = z.strictObject({
  id: z.string().min(1).max(100),
  name: z.string().max(200).nullable(),
  /** Of the whole key, in hexadecimal digits. */
  sha256: z.string().regex(/^[\da-f]{64}$/, { error: 'must be 64 hexadecimal digits' }),
  scopes: z.array(z.string().refine(isScope, { error: `must be ${scopeSyntax}` })).min(1),
  createdAt: moment,
  expiresAt: moment.nullable(),
  revokedAt: moment.nullable(),
});

const fileSchema = z.strictObject({ version: z.literal(1), keys: z.array(keySchema) });

/** What is kept of one key: never the key. Times are in ISO 8601, in UTC. */
export type KeptKey = Readonly<z.infer<typeof keySchema>>;

/**
 * Reads the contents of a keys file.
 * @throws AccessError that says what in it does not fit. No hash is shown, for logs are read by more people.
 */
export function parseKeys(text: string): readonly KeptKey[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Without the message of JSON.parse, which quotes the text around the place.
    throw new AccessError('The keys file is no JSON.');
  }
  const checked = fileSchema.safeParse(content);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new AccessError(`The keys file does not fit: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`);
  }
  const { keys } = checked.data;
  for (const field of ['id', 'sha256'] as const) {
    const twice = keys.find((key, index) => keys.findIndex((other) => other[field] === key[field]) !== index);
    if (twice !== undefined) {
      throw new AccessError(
        `The keys file does not fit: two keys have the same ${field}, one is ${describeKey(twice)}.`,
      );
    }
  }
  return keys;
}

/** The contents of a keys file. */
export function printKeys(keys: readonly KeptKey[]): string {
  return `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;
}

/** A key as messages name it: `3f2a… "ci"`. */
function describeKey({ id, name }: Pick<KeptKey, 'id' | 'name'>): string {
  return name === null ? id : `${id} ${describeValue(name)}`;
}
