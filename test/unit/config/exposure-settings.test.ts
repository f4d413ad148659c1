import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileOptions, OptionsError, type SettingName } from '../../../src/config/options.ts';

const exposureOf = (flags: Partial<Record<SettingName, unknown>>) => compileOptions(flags, {}).exposure;
const refused = (flags: Partial<Record<SettingName, unknown>>, message: RegExp) =>
  assert.throws(
    () => exposureOf(flags),
    (error) => error instanceof OptionsError && message.test(error.message),
  );

describe('what is shown to whom', () => {
  test('is the schema to everybody and nothing to other origins, by default', () => {
    assert.deepEqual(exposureOf({}), {
      introspection: true,
      corsOrigins: [],
      trustedDocuments: { mode: 'off', file: null },
    });
  });

  test('origins are separated by commas', () => {
    const corsOrigins = 'https://app.example.com, http://localhost:5173';
    assert.deepEqual(exposureOf({ corsOrigins }).corsOrigins, ['https://app.example.com', 'http://localhost:5173']);
  });

  for (const origin of [
    '*',
    'https://*.example.com',
    'null',
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com:443',
    'https://APP.example.com',
    'file:///etc',
    'https://app.example.com,',
    'https://a@app.example.com',
  ]) {
    test(`the origin ${origin} is refused, since no browser sends it`, () =>
      refused({ corsOrigins: origin }, /must be origins such as/));
  }

  test('trusted documents are a mode with a file', () => {
    const flags = { trustedDocuments: 'require', trustedDocumentsFile: '/documents.json' };
    assert.deepEqual(exposureOf(flags).trustedDocuments, { mode: 'require', file: '/documents.json' });
  });

  test('trusted documents without the one or the other are refused', () => {
    refused({ trustedDocuments: 'allow' }, /allow needs the file/);
    refused({ trustedDocumentsFile: 'documents.json' }, /does nothing while/);
    refused({ trustedDocuments: 'on', trustedDocumentsFile: 'documents.json' }, /must be off, allow or require/);
  });
});
