import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildClientSchema, getIntrospectionQuery, printSchema, type IntrospectionQuery } from 'graphql';
import { readAnswer } from '../helpers/error-form.ts';
import { post, query, shippedModels, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { waitForLine, type LogLine } from '../helpers/log.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
const irisText = 'query Iris($input: IrisInput!) { predict { iris(input: $input) { label } } }';
const setosa = { predict: { iris: { label: 'setosa' } } };

const send = async (gateway: TestGateway, body: unknown, init?: RequestInit) =>
  readAnswer(await post(gateway, JSON.stringify(body), init));
const codesOf = (errors: Awaited<ReturnType<typeof send>>['errors']) => errors.map(({ extensions }) => extensions.code);
const byHash = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

/** The documents that the client preset of GraphQL Code Generator makes with the configuration of the guide. */
async function generateDocuments(gateway: TestGateway): Promise<string> {
  const guide = await readFile(join(root, 'docs/guides/trusted-documents.md'), 'utf8');
  const config = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? assert.fail('The guide has no configuration.');
  const { data } = await query(gateway, getIntrospectionQuery());
  const folder = await temporaryFolder(
    { after },
    {
      'codegen.yml': config,
      'schema.graphql': printSchema(buildClientSchema(data as IntrospectionQuery)),
      'src/iris.graphql': irisText,
    },
  );
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const codegen = join(root, 'node_modules/@graphql-codegen/cli/cjs/bin.js');
  await promisify(execFile)(process.execPath, [codegen, '--config', 'codegen.yml'], { cwd: folder });
  return readFile(join(folder, 'src/gql/persisted-documents.json'), 'utf8');
}

describe('documents that GraphQL Code Generator made', async () => {
  const plain = await startTestGateway({ after }, shippedModels);
  const manifest = await generateDocuments(plain);
  const [entry, ...others] = Object.entries(JSON.parse(manifest) as Record<string, string>);
  assert.ok(entry !== undefined && others.length === 0);
  const [hash, text] = entry;
  const folder = await temporaryFolder({ after }, { 'documents.json': manifest });
  const trustedDocumentsFile = join(folder, 'documents.json');
  const strict = await startTestGateway({ after }, shippedModels, {
    trustedDocuments: 'require',
    trustedDocumentsFile,
  });
  const lenient = await startTestGateway({ after }, shippedModels, { trustedDocuments: 'allow', trustedDocumentsFile });
  const variables = { input: flower };

  for (const [mode, gateway] of [
    ['require', strict],
    ['allow', lenient],
  ] as const) {
    for (const [form, operation] of [
      ['documentId', { documentId: hash }],
      ['documentId with the name of the hash', { documentId: `sha256:${hash}` }],
      ['the extension persistedQuery', byHash(hash)],
      ['their text', { query: text }],
      ['their text beside another hash', { query: text, ...byHash('a') }],
    ] as const) {
      test(`are run by ${form} where they are set to ${mode}`, async () => {
        const { status, data, errors } = await send(gateway, { ...operation, variables });
        assert.deepEqual([status, data, errors], [200, setosa, []]);
      });
    }

    test(`are run by GET where they are set to ${mode}`, async () => {
      const parameters = new URLSearchParams({ documentId: hash, variables: JSON.stringify(variables) });
      const headers = { 'apollo-require-preflight': 'yes' };
      const answer = await readAnswer(await fetch(`${gateway.graphqlUrl}?${parameters.toString()}`, { headers }));
      assert.deepEqual(answer.data, setosa);
    });

    test(`that are not known are PERSISTED_QUERY_NOT_FOUND where they are set to ${mode}`, async () => {
      for (const operation of [{ documentId: 'unknown' }, byHash('unknown'), byHash('__proto__')]) {
        const { status, errors } = await send(gateway, operation);
        assert.deepEqual([status, codesOf(errors)], [200, ['PERSISTED_QUERY_NOT_FOUND']]);
      }
    });
  }

  test('are the only ones that run with require', async () => {
    for (const operation of [
      { query: '{ models { name } }' },
      { query: `${text} ` },
      { query: '{ nothing' },
      { query: getIntrospectionQuery() },
      { query: '{ __typename }' },
      { query: '{ models { name } }', documentId: hash },
      { query: 'query A { __typename }', operationName: 'A' },
      { query: '{ models { name } }', ...byHash(hash) },
    ]) {
      const { status, data, errors } = await send(strict, operation);
      assert.deepEqual([status, data, codesOf(errors)], [403, undefined, ['DOCUMENT_NOT_TRUSTED']]);
    }
  });

  test('are told apart from others in one array', async () => {
    const response = await post(
      strict,
      JSON.stringify([{ documentId: hash, variables }, { query: '{ models { name } }' }]),
    );
    const [good, bad] = (await response.json()) as readonly any[];
    assert.deepEqual(good, { data: setosa });
    assert.equal(bad.errors[0].extensions.code, 'DOCUMENT_NOT_TRUSTED');
  });

  test('leave free documents alone with allow, and what Apollo learns from clients', async () => {
    assert.deepEqual((await send(lenient, { query: '{ __typename }' })).data, { __typename: 'Query' });
    const free = '{ models { name } }';
    const learnt = byHash(createHash('sha256').update(free).digest('hex'));
    assert.deepEqual((await send(lenient, { query: free, ...learnt })).errors, []);
    assert.deepEqual((await send(lenient, learnt)).errors, []);
    assert.deepEqual(codesOf((await send(strict, learnt)).errors), ['PERSISTED_QUERY_NOT_FOUND']);
  });

  test('are held to every limit', async () => {
    const gateway = await startTestGateway({ after }, shippedModels, {
      trustedDocuments: 'require',
      trustedDocumentsFile,
      maxCostPerRequest: 1,
    });
    assert.deepEqual(codesOf((await send(gateway, { documentId: hash, variables })).errors), ['QUERY_TOO_COMPLEX']);
  });
});

describe('the file of trusted documents', () => {
  test('is read again when it changes, and keeps its last good state', async (context) => {
    const folder = await temporaryFolder(context, { 'documents.json': '{ "a": "{ __typename }" }' });
    const file = join(folder, 'documents.json');
    const gateway = await startTestGateway(context, shippedModels, {
      trustedDocuments: 'require',
      trustedDocumentsFile: file,
    });
    const replace = async (content: string, isTold: (line: LogLine) => boolean) => {
      const from = gateway.log.length;
      await writeFile(`${file}.new`, content);
      await rename(`${file}.new`, file);
      await waitForLine(gateway.log, isTold, from);
    };
    await replace(
      '{ "a": "{", "b": "{ b }" }',
      ({ message, error }) => /those before them stay/.test(message) && /"a" is no GraphQL/.test(String(error)),
    );
    assert.deepEqual((await send(gateway, { documentId: 'a' })).data, { __typename: 'Query' });
    await replace(
      '{ "b": "{ b: __typename }" }',
      ({ message, documents }) => message === 'trusted documents' && documents === 1,
    );
    assert.deepEqual(codesOf((await send(gateway, { documentId: 'a' })).errors), ['PERSISTED_QUERY_NOT_FOUND']);
    assert.deepEqual((await send(gateway, { documentId: 'b' })).data, { b: 'Query' });
  });

  for (const [what, content, message] of [
    ['is no JSON', 'no', /is no JSON/],
    ['is not there', null, /cannot be read/],
  ] as const) {
    test(`that ${what} ends the start`, async (context) => {
      const folder = await temporaryFolder(context, content === null ? {} : { 'documents.json': content });
      const settings = { trustedDocuments: 'allow', trustedDocumentsFile: join(folder, 'documents.json') };
      await assert.rejects(startTestGateway(context, shippedModels, settings), message);
    });
  }
});

describe('a trusted document that does not fit the schema', () => {
  const isWarning = ({ message }: LogLine) => message === 'trusted document does not fit the schema';

  test('is a warning with its model and the reason, and a clear error to whoever sends it', async (context) => {
    const documents = {
      fits: '{ __typename }',
      gone: '{ predict { iris(input: { sepalLength: 1, sepalWidth: 1, petalLength: 1, petalWidth: 1 }) { colour } } }',
    };
    const folder = await temporaryFolder(context, { 'documents.json': JSON.stringify(documents) });
    const gateway = await startTestGateway(context, shippedModels, {
      trustedDocuments: 'require',
      trustedDocumentsFile: join(folder, 'documents.json'),
    });
    const { document, model, reason } = await waitForLine(gateway.log, isWarning);
    assert.deepEqual([document, model], ['gone', 'iris']);
    assert.match(String(reason), /Cannot query field "colour" on type "IrisPrediction"/);
    const { status, errors } = await send(gateway, { documentId: 'gone' });
    assert.deepEqual([status, codesOf(errors)], [400, ['GRAPHQL_VALIDATION_FAILED']]);
    assert.match(
      errors[0]?.message ?? '',
      /^The trusted document "gone" does not fit the schema of this server: Cannot query field "colour"/,
    );
    assert.equal(gateway.log.filter(isWarning).length, 1);
  });

  test('is told of when its model goes, and when it fits again', async (context) => {
    const models = await liveFolder(context, {});
    await models.place('adder', { '1/model.onnx': addingVersion(1)['model.onnx'] });
    const folder = await temporaryFolder(context, {
      'documents.json': JSON.stringify({
        add: 'query ($input: AdderInput!) { predict { adder(input: $input) { y } } }',
      }),
    });
    const gateway = await startTestGateway(context, models.root, {
      trustedDocuments: 'require',
      trustedDocumentsFile: join(folder, 'documents.json'),
      watch: 'poll',
      watchIntervalMs: 100,
      settleMs: 20,
    });
    const operation = { documentId: 'add', variables: { input: { x: 1 } } };
    assert.deepEqual((await send(gateway, operation)).data, { predict: { adder: { y: 2 } } });
    assert.deepEqual(gateway.log.filter(isWarning), []);
    await models.remove('adder');
    const { document, model } = await waitForLine(gateway.log, isWarning);
    assert.deepEqual([document, model], ['add', 'adder']);
    assert.deepEqual(codesOf((await send(gateway, operation)).errors), ['MODEL_NOT_FOUND']);
    await models.place('adder', { '1/model.onnx': addingVersion(1)['model.onnx'] });
    await waitForLine(gateway.log, ({ message }) => message === 'trusted document fits again');
    assert.deepEqual((await send(gateway, operation)).data, { predict: { adder: { y: 2 } } });
  });
});
