import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../../src/errors.ts';
import { parseJsonBody } from '../../../src/http/json-body.ts';

/** As long as it takes for a text to be cut out of its body. */
const length = 128 * 1024;
const long = 'Aa0+'.repeat(length / 4);

const parsed = (text: string): unknown => parseJsonBody(Buffer.from(text));

function refusal(body: Buffer): string {
  try {
    parseJsonBody(body);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, 'BAD_REQUEST');
    return error.message;
  }
  return assert.fail('The body was taken.');
}

describe('a body', () => {
  test('that is empty has no value', () => {
    assert.equal(parseJsonBody(Buffer.alloc(0)), undefined);
  });

  test('that is not UTF-8, or no JSON, is refused', () => {
    assert.equal(refusal(Buffer.from([0x22, 0xff, 0x22])), 'The body is not UTF-8.');
    assert.match(refusal(Buffer.from('{"a":}')), /^The body is no JSON: Unexpected token/);
  });
});

describe('a body with long texts', () => {
  const good: Readonly<Record<string, string>> = {
    'one as the whole': `"${long}"`,
    'several, with white space': ` { "a" : "${long}" ,\n "b":["${long}1", "${long}2"], "c": "short" }`,
    'one that is a key': `{"${long}" : 1, "a": "${long}"}`,
    'one behind escapes': `{"a\\"b":"\\\\","c":"${long}","d":"\\u0041"}`,
    'one with an escape in it': `{"a":"${long}\\n${long}","b":"${long}"}`,
    'one that ends with an escaped backslash': `{"a":"${long}\\\\","b":"${long}"}`,
    'one below the key __proto__': `{"__proto__":"${long}","a":{"__proto__":{"b":"${long}"}}}`,
    'one below a key that comes twice': `{"a":"${long}1","a":"${long}2"}`,
    'one that is not ASCII': `{"a":"${long}é","b":"${long}"}`,
    'one behind many short ones': JSON.stringify({ a: Array.from({ length: 200 }, () => 'x'), b: long }),
  };
  for (const [name, text] of Object.entries(good)) {
    test(`is parsed as JSON.parse does: ${name}`, () => {
      const value = parsed(text);
      assert.deepEqual(value, JSON.parse(text));
      assert.equal(JSON.stringify(value), JSON.stringify(JSON.parse(text)));
    });
  }

  test('is parsed as JSON.parse does, whatever is in it', () => {
    const texts = fc.constantFrom('', 'a', 'a"b', '\\', 'é', '\u0000', long, `${long}"`, `\\${long}`, `${long}x`);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, texts, fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.oneof(texts, fc.constant('__proto__')), tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (any, indent) => {
        const text = JSON.stringify(any, null, indent);
        assert.equal(JSON.stringify(parsed(text)), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test('is refused as JSON.parse refuses it', () => {
    for (const text of [
      `{"a":"${long}`,
      `{"a":"${long}"`,
      `{"a":"${long}\u0007${long}"}`,
      `"${long}" "${long}"`,
      `{"a":"${long}",}`,
    ]) {
      assert.throws(
        () => JSON.parse(text) as unknown,
        ({ message }: Error) => refusal(Buffer.from(text)) === `The body is no JSON: ${message}`,
      );
    }
  });

  test('says of a character that must be escaped what JSON.parse says', () => {
    for (let at = 0; at < 32; at += 1) {
      for (const text of [`"${'a'.repeat(at)}\u001f${long}"`, `"${long}\u001f${'a'.repeat(at)}"`]) {
        assert.match(refusal(Buffer.from(text)), /Bad control character in string literal/);
      }
    }
  });

  test('at any place in memory is parsed right', () => {
    for (let offset = 0; offset < 8; offset += 1) {
      const memory = Buffer.alloc(offset + length + 2);
      memory.write(`"${long}"`, offset);
      assert.equal(parseJsonBody(memory.subarray(offset)), long);
    }
  });
});
