import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildSchema } from 'graphql';
import { findPictureVariable, withPicture } from '../../../playground/picture-variable.ts';

const schema = buildSchema(`
  scalar Base64
  type Query { one(input: DigitsInput!): Int many(inputs: [DigitsInput!]!): Int iris(input: IrisInput!): Int infer(input: InferInput!): Int }
  input DigitsInput { image: Base64! }
  input IrisInput { length: Float! }
  input InferInput { inputs: [TensorInput!]! }
  input TensorInput { base64: Base64 }
`);

describe('the variable for a picture', () => {
  it('is an input with a field of base64, among others', () => {
    const query = 'query A($x: Int, $flower: IrisInput!, $input: DigitsInput!) { one(input: $input) }';
    assert.deepEqual(findPictureVariable(query, schema), { variable: 'input', isList: false, field: 'image' });
  });

  it('is a list of such inputs', () => {
    const query = 'query A($inputs: [DigitsInput!]!) { many(inputs: $inputs) }';
    assert.deepEqual(findPictureVariable(query, schema), { variable: 'inputs', isList: true, field: 'image' });
  });

  for (const [what, query] of [
    ['a model takes no picture', 'query A($input: IrisInput!) { iris(input: $input) }'],
    ['base64 is that of a tensor', 'query A($input: InferInput!) { infer(input: $input) }'],
    ['a type is not there', 'query A($input: GoneInput!) { gone(input: $input) }'],
    ['there is no variable', '{ one(input: { image: "" }) }'],
    ['the document has an error', 'query A($input: DigitsInput!) {'],
  ] as const) {
    it(`is none where ${what}`, () => assert.equal(findPictureVariable(query, schema), null));
  }

  it('is none where the schema is not known', () => {
    assert.equal(findPictureVariable('query A($input: DigitsInput!) { one(input: $input) }', null), null);
  });
});

describe('variables with a picture', () => {
  const place = { variable: 'input', isList: false, field: 'image' };

  it('keep what else is in them', () => {
    const text = withPicture('{"other": 1, "input": {"image": "old", "top": 3}}', place, 'QUJD');
    assert.deepEqual(JSON.parse(text), { other: 1, input: { image: 'QUJD', top: 3 } });
  });

  it('may have been empty, or of another form', () => {
    for (const text of ['', ' \n', '{}', 'null', '[1]', '{"input": [1]}']) {
      assert.deepEqual(JSON.parse(withPicture(text, place, 'QUJD')), { input: { image: 'QUJD' } }, text);
    }
  });

  it('have one more input, where they hold a list', () => {
    const list = { ...place, isList: true };
    assert.deepEqual(JSON.parse(withPicture('', list, 'A')), { input: [{ image: 'A' }] });
    assert.deepEqual(JSON.parse(withPicture('{"input": [{"image": "A"}]}', list, 'B')), {
      input: [{ image: 'A' }, { image: 'B' }],
    });
  });

  it('are refused where they are no JSON', () => {
    assert.throws(() => withPicture('{"input": ', place, 'A'), SyntaxError);
  });
});
