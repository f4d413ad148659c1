import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';

/** How documents are named where trusted ones alone are run. */
export const documentIds: FuzzTarget = {
  name: 'document ids',
  about:
    'ids of trusted documents of every type, in every place, beside each other and beside texts; no other document may run',
  casesInTests: 150,
  share: 40,
  open: async (bench) => {
    const { send, key, documentId, assertWell } = await bench.locked();
    const variables = { input: { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 } };
    const seeds = {
      id: { documentId, variables },
      hash: { extensions: { persistedQuery: { version: 1, sha256Hash: documentId } }, variables },
      both: {
        documentId,
        query: '{ models { name } }',
        extensions: { persistedQuery: { version: 1, sha256Hash: documentId } },
      },
      list: [{ documentId, variables }, { documentId: 'sha256:', variables }, { query: '{ models { name } }' }],
    };
    const keys = ['documentId', 'query', 'extensions', 'persistedQuery', 'version', 'sha256Hash', 'operationName'];
    return throwing({
      cases: fc.record({ mutation: mutationOf(seeds, jsonEdit(keys), 4), isSearch: fc.boolean() }),
      check: async ({ mutation, isSearch }) => {
        const text = mutateJson(seeds, mutation);
        const headers = { 'content-type': 'application/json', 'apollo-require-preflight': '1', ...key.headers };
        const answer = await (isSearch
          ? send({ headers }, searchOf(text))
          : send({ method: 'POST', headers, body: text }));
        // The one document that there is selects no names of models.
        assert.ok(!JSON.stringify(answer.body).includes('"models"'), JSON.stringify(answer.body));
        return answer.outcome;
      },
      stillWorks: assertWell,
    });
  },
};

function searchOf(text: string): string {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    return `?documentId=${encodeURIComponent(text.toWellFormed()).slice(0, 9000)}`;
  }
  const parameters = Object.entries((Array.isArray(value) ? value[0] : value) ?? {}).map(([name, each]) => {
    const parameter = typeof each === 'string' ? each : JSON.stringify(each);
    return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(parameter.toWellFormed())}`;
  });
  return `?${parameters.join('&').slice(0, 12_000)}`;
}
