import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AccessError } from '../../../../src/access/access-error.ts';
import { parseTrustedDocuments } from '../../../../src/graphql/trusted/documents-file.ts';

describe('a file of trusted documents', () => {
  test('gives each by its id and by its text', () => {
    const text = 'query A { __typename }';
    const { byId, byText } = parseTrustedDocuments(JSON.stringify({ abc: text }));
    assert.equal(byId.get('abc')?.text, text);
    assert.equal(byText.get(text), byId.get('abc'));
  });

  test('may have an id that objects have by themselves', () => {
    const { byId } = parseTrustedDocuments('{ "__proto__": "{ a }", "constructor": "{ b }" }');
    assert.equal(byId.get('toString'), undefined);
    assert.equal(byId.get('constructor')?.text, '{ b }');
  });

  for (const [text, message] of [
    ['{', /is no JSON/],
    ['[]', /must be an object/],
    ['null', /must be an object/],
    ['{ "a": 1 }', /all of them texts/],
    ['{ "": "{ a }" }', /must be an object/],
    ['{ "abc": "{" }', /document "abc" is no GraphQL: Syntax Error/],
  ] as const) {
    test(`that holds ${text} is refused`, () =>
      assert.throws(
        () => parseTrustedDocuments(text),
        (error) => error instanceof AccessError && message.test(error.message),
      ));
  }
});
