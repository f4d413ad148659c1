import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withDocumentIdInSearch, withDocumentIds } from '../../../src/http/document-id.ts';

const persistedQuery = { version: 1, sha256Hash: 'sha256:abc' };

describe('a documentId', () => {
  test('becomes the extension persistedQuery, beside other extensions', () => {
    assert.deepEqual(withDocumentIds({ documentId: 'sha256:abc', variables: { a: 1 }, extensions: { b: 2 } }), {
      variables: { a: 1 },
      extensions: { b: 2, persistedQuery },
    });
  });

  test('becomes one in each operation of an array', () => {
    const other = { query: '{ __typename }' };
    assert.deepEqual(withDocumentIds([{ documentId: 'sha256:abc' }, other, 1, null]), [
      { extensions: { persistedQuery } },
      other,
      1,
      null,
    ]);
  });

  for (const body of [undefined, null, 'text', {}, { documentId: 1 }, { documentId: 'a', query: '{ b }' }]) {
    test(`is left alone in ${JSON.stringify(body)}`, () => assert.equal(withDocumentIds(body), body));
  }

  test('becomes one in a query string', () => {
    const search = withDocumentIdInSearch('?documentId=sha256%3Aabc&variables=%7B%7D');
    const parameters = new URLSearchParams(search);
    assert.deepEqual(JSON.parse(parameters.get('extensions') ?? ''), { persistedQuery });
    assert.equal(parameters.get('variables'), '{}');
    assert.equal(parameters.get('documentId'), null);
  });

  for (const search of ['', '?query={a}', '?query={a}&documentId=b', '?variables={"documentId":1}']) {
    test(`is left alone in "${search}"`, () => assert.equal(withDocumentIdInSearch(search), search));
  }
});
