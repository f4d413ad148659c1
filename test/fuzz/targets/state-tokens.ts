import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { mutateText, textEdit } from '../mutations/text.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { goodInputs, oneOf } from './good-operations.ts';

/** Tokens that clients bring back. They bear no signature, so that whoever likes can write one with a right digest. */
export const stateTokens: FuzzTarget = {
  name: 'state tokens',
  about: 'tokens of a state with characters, bytes, header and tensors changed, also under a digest that is right',
  casesInTests: 100,
  share: 40,
  open: async (bench) => {
    const server = await bench.open();
    const headers = { 'content-type': 'application/json' };
    const send = async (state: string | null) => {
      const variables = { input: { ...goodInputs['sum']?.input, ...(state === null ? {} : { state }) } };
      return await server.send({ method: 'POST', headers, body: JSON.stringify({ query: oneOf('sum'), variables }) });
    };
    const { body } = await send(null);
    const good = (body as { data: { predict: { sum: { state: string } } } }).data.predict.sum.state;
    const bytes = Buffer.from(good, 'base64url');
    const headLength = bytes.readUInt32LE(16);
    const head: unknown = JSON.parse(bytes.subarray(20, 20 + headLength).toString());
    const tail = bytes.subarray(20 + headLength);
    const [bodies, heads, texts] = [{ body: bytes.subarray(16) }, { head }, { good }];
    return throwing({
      cases: fc.oneof(
        fc.record({
          as: fc.constant('text' as const),
          mutation: mutationOf(texts, textEdit(['A', '=', '-', '_', good.slice(0, 30)])),
        }),
        fc.record({ as: fc.constant('body' as const), mutation: mutationOf(bodies, byteEdit(bodies)) }),
        fc.record({
          as: fc.constant('head' as const),
          mutation: mutationOf(heads, jsonEdit(['shapes', 'model', 'file', 'version'])),
          tail: fc.nat(2 * tail.length),
        }),
      ),
      check: async (each) => {
        if (each.as === 'text') {
          const state = mutateText(texts, each.mutation);
          const { outcome } = await send(state);
          if (state !== good && state !== '') assert.equal(outcome, 'BAD_USER_INPUT', state);
          return `${each.as}: ${outcome}`;
        }
        const state = signed(
          each.as === 'body'
            ? mutateBytes(bodies, each.mutation)
            : bodyOf(mutateJson(heads, each.mutation), tail, each.tail),
        );
        return `${each.as}: ${(await send(state)).outcome}`;
      },
      stillWorks: server.assertWell,
    });
  },
};

function bodyOf(head: string, tail: Buffer, length: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(Buffer.byteLength(head));
  return Buffer.concat([size, Buffer.from(head), tail, tail]).subarray(0, 4 + Buffer.byteLength(head) + length);
}

function signed(body: Uint8Array): string {
  const digest = createHash('sha256').update(body).digest().subarray(0, 16);
  return Buffer.concat([digest, body]).toString('base64url');
}
