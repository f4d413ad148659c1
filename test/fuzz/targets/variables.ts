import assert from 'node:assert/strict';
import { mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { goodInputs, manyOf, oneOf } from './good-operations.ts';

const seeds: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(goodInputs).flatMap(([model, { input }]) => [
    [`${model} one`, { input, version: null }],
    [`${model} many`, { inputs: [input, input, input], version: '1' }],
  ]),
);
const keys = Object.values(goodInputs).flatMap(({ input }) => Object.keys(input));

/** The inputs of every model that the project ships, and of one for each kind of tensor. */
export const variables: FuzzTarget = {
  name: 'variables',
  about:
    'inputs of every shipped model, and of tensors of each kind: other types, nulls, long lists, lone surrogates, NUL, NaN, large numbers',
  casesInTests: 250,
  share: 190,
  open: async (bench) => {
    const server = await bench.open();
    const headers = { 'content-type': 'application/json' };
    const send = (text: string) => server.send({ method: 'POST', headers, body: text });
    await assertKnowsEveryModel(send);
    return throwing({
      cases: mutationOf(seeds, jsonEdit(keys), 3),
      check: async (mutation) => {
        const [model = '', how] = mutation.seed.split(' ');
        const document = JSON.stringify(how === 'one' ? oneOf(model) : manyOf(model));
        return (await send(`{"query":${document},"variables":${mutateJson(seeds, mutation)}}`)).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};

async function assertKnowsEveryModel(send: (text: string) => Promise<{ readonly body: unknown }>): Promise<void> {
  const { body } = await send('{"query":"{ models { name } }"}');
  const { models } = (body as { readonly data: { readonly models: readonly { readonly name: string }[] } }).data;
  assert.deepEqual(models.map(({ name }) => name).toSorted(), Object.keys(goodInputs).toSorted());
  for (const [model, { input }] of Object.entries(goodInputs)) {
    for (const [query, given] of [
      [oneOf(model), { input }],
      [manyOf(model), { inputs: [input] }],
    ] as const) {
      const answer = await send(JSON.stringify({ query, variables: given }));
      assert.ok(!JSON.stringify(answer.body).includes('"errors"'), JSON.stringify(answer.body));
    }
  }
}
