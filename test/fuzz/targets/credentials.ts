import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { mutationOf } from '../mutations/bytes.ts';
import { mutateText, textEdit } from '../mutations/text.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const words = [
  '.',
  '..',
  '=',
  '-',
  '_',
  'Bearer',
  'Basic',
  ' ',
  ',',
  'inferql_',
  'e30',
  'eyJhbGciOiJub25lIn0',
  '0',
  'A',
  '%',
  '~',
];

/** What callers show to say who they are, where something must be shown. */
export const credentials: FuzzTarget = {
  name: 'credentials',
  about: 'keys and tokens cut, mixed, unsigned, of other algorithms and odd headers; none may be let in',
  casesInTests: 100,
  share: 60,
  open: async (bench) => {
    const { send, key, token, documentId, assertWell } = await bench.locked();
    const [head = '', claims = '', signature = ''] = token.split('.');
    const parts = { head: decode(head), claims: decode(claims) };
    const seeds = {
      'the key': `Bearer ${key.key}`,
      'the token': `Bearer ${token}`,
      'no signature': `Bearer ${head}.${claims}.`,
      'another algorithm': `Bearer ${encode('{"alg":"none"}')}.${claims}.`,
      'a password': `Basic ${Buffer.from('ada:secret').toString('base64')}`,
    };
    const good = new Set([seeds['the key'], seeds['the token']]);
    const isGood = (text: string) =>
      good.has(text) || (/^bearer +\S+ *$/i.test(text) && good.has(`Bearer ${text.trim().split(/ +/)[1]}`));
    const body = JSON.stringify({
      documentId,
      variables: { input: { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 } },
    });
    const shown = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          as: fc.constant('text' as const),
          header: fc.constantFrom('authorization', 'x-api-key'),
          mutation: mutationOf(seeds, textEdit(words)),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          as: fc.constant('token' as const),
          mutation: mutationOf(
            parts,
            jsonEdit(['alg', 'kid', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'exp', 'nbf', 'scope', 'aud']),
          ),
          signature: fc.constantFrom('', signature, 'AAAA', signature.slice(0, -1)),
        }),
      },
    );
    return throwing({
      cases: shown,
      check: async (each) => {
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        let isLetIn: boolean;
        if (each.as === 'text') {
          const text = printable(mutateText(seeds, each.mutation));
          headers[each.header] = text;
          isLetIn = each.header === 'authorization' ? isGood(text) : text === key.key;
        } else {
          const changed = encode(mutateJson(parts, each.mutation));
          const text =
            each.mutation.seed === 'head'
              ? `${changed}.${claims}.${each.signature}`
              : `${head}.${changed}.${each.signature}`;
          headers['authorization'] = `Bearer ${text}`;
          isLetIn = text === token;
        }
        const { outcome, status } = await send({ method: 'POST', headers, body });
        if (isLetIn) assert.equal(outcome, 'data');
        else assert.deepEqual([status, outcome], [401, 'UNAUTHENTICATED']);
        return `${each.as}: ${outcome}`;
      },
      stillWorks: assertWell,
    });
  },
};

/** A header as fetch sends it. */
function printable(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7E\x80-\xFF]/g, '?')
    .trim()
    .slice(0, 8000);
}

function decode(segment: string): unknown {
  return JSON.parse(Buffer.from(segment, 'base64url').toString());
}

/** Within what a header may have. */
function encode(text: string): string {
  return Buffer.from(text).toString('base64url').slice(0, 8000);
}
