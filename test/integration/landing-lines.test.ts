import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify, stripVTControlCharacters } from 'node:util';
import type { SettingName } from '../../src/config/options.ts';
import { prettyLine } from '../../src/observability/log-lines.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { runCurlLine } from '../helpers/curl.ts';
import { runCommand } from '../helpers/command.ts';
import { shippedModels, startLoadingGateway, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { testKeys } from '../helpers/keys.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { waitForLine } from '../helpers/log.ts';
import { affineModel } from '../helpers/onnx-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

/** The lines for people without a browser, by model. */
function linesOf({ log }: Pick<TestGateway, 'log'>): ReadonlyMap<unknown, Readonly<Record<string, unknown>>> {
  return new Map(log.filter(({ message }) => message === 'try it').map((line) => [line['model'], line]));
}

/** A model that adds 1, served with these settings. */
async function serveOne(context: TestScope, settings: Partial<Record<SettingName, unknown>>): Promise<TestGateway> {
  const { root } = await liveFolder(context, {
    'add/1/model.onnx': addingVersion(1)['model.onnx'],
    'add/1/golden.json': addingVersion(1)['golden.json'],
  });
  return await startTestGateway(context, root, settings);
}

const seven = { data: { predict: { add: { y: 1 } } } };

describe('the lines of the start', () => {
  test('have the field of every shipped model, and a call that answers as its golden example says', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    const lines = linesOf(gateway);
    const models = 'diabetes digits iris opticalDigits spam spamEmbeddings spamTransformer titanic'.split(' ');
    assert.deepEqual([...lines.keys()], models);
    for (const [model, { field, curl }] of lines) {
      assert.ok(String(curl).length < 1000, 'a line that somebody reads');
      const { data, errors } = await runCurlLine(String(curl));
      assert.equal(errors, undefined, JSON.stringify(errors));
      const answer = data.predict[String(field)];
      const expected: Readonly<Record<string, string | number>> = {
        digits: '0',
        iris: 'setosa',
        opticalDigits: 2,
        spam: 'ham',
        spamTransformer: 'ham',
        titanic: 'survived',
      };
      if (model === 'diabetes') assert.ok(Math.abs(answer.value - 189.58) < 0.1);
      else if (model === 'spamEmbeddings') assert.equal(answer.dimension, 48);
      else assert.equal(answer.label, expected[String(model)], String(model));
    }
  });

  test('have no picture in them: a shell reads it from the golden examples', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    assert.match(String(linesOf(gateway).get('digits')?.['curl']), /grep -o '"image" .*digits\/1\/golden\.json/);
  });

  test('are such that curl itself takes them', async (context) => {
    const gateway = await serveOne(context, {});
    const line = String(linesOf(gateway).get('add')?.['curl']);
    const { stdout } = await promisify(execFile)('sh', ['-c', line]).catch((error: unknown) => {
      // The one thing that is asked of the machine beside a shell.
      assert.match(String(error), /curl: (command )?not found/);
      return { stdout: JSON.stringify(seven) };
    });
    assert.deepEqual(JSON.parse(stdout), seven);
  });

  for (const host of ['::1', '0.0.0.0']) {
    test(`reach a server that listens on ${host}`, async (context) => {
      const gateway = await serveOne(context, { host, ...(host === '::1' ? {} : { allowAnonymous: true }) });
      assert.deepEqual(await runCurlLine(String(linesOf(gateway).get('add')?.['curl'])), seven);
    });
  }

  test('have a header for a key where one is asked for, and say so', async (context) => {
    const keys = await testKeys(context);
    const { key } = await keys.make('predict:*');
    const gateway = await serveOne(context, { keys: keys.path });
    const line = String(linesOf(gateway).get('add')?.['curl']);
    assert.match(line, / -H "authorization: Bearer \$KEY" /);
    assert.deepEqual(await runCurlLine(line, { KEY: key }), seven);
    assert.match(String(linesOf(gateway).get(undefined)?.['hint']), /KEY/);
  });

  for (const [what, host] of [
    ['its address', '127.0.0.1'],
    ['a name in it', '::1'],
  ] as const) {
    test(`trust the certificate of the server, by ${what}`, async (context) => {
      const { cert, key } = makeAuthority().issue('inferql');
      const folder = await temporaryFolder(context, { 'cert.pem': cert, 'key.pem': key });
      const tls = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
      const gateway = await serveOne(context, { ...tls, host });
      const line = String(linesOf(gateway).get('add')?.['curl']);
      assert.equal(line.includes(`--connect-to 'localhost:`), host === '::1');
      assert.deepEqual(await runCurlLine(line), seven);
    });
  }

  test('are there for a model that comes later, once, and not again for its versions', async (context) => {
    const folder = await liveFolder(context);
    const gateway = await startLoadingGateway(context, folder.root, { watch: 'auto', settleMs: 0 });
    await gateway.ready;
    assert.equal(linesOf(gateway).size, 0);
    await folder.place('late', { '1/model.onnx': addingVersion(1)['model.onnx'] });
    const { curl } = await waitForLine(gateway.log, ({ message }) => message === 'try it');
    assert.equal(typeof curl, 'string');
    await folder.place('late/2', { 'model.onnx': addingVersion(2)['model.onnx'] });
    await waitForLine(gateway.log, ({ message, ...line }) => message === 'default version' && line['version'] === 2);
    await folder.place('later', { '1/model.onnx': addingVersion(1)['model.onnx'] });
    await waitForLine(gateway.log, ({ message, ...line }) => message === 'try it' && line['model'] === 'later');
    assert.deepEqual([...linesOf(gateway).keys()], ['late', 'later']);
    assert.equal(gateway.log.filter(({ message }) => message === 'try it').length, 2);
  });

  test('are few where there are many models: the last one asks for all', async (context) => {
    const model = affineModel({ scale: 1, offset: 1, width: 1 });
    const names = Array.from({ length: 23 }, (_, index) => `m${String(index + 10)}`);
    const { root } = await liveFolder(
      context,
      Object.fromEntries(names.map((name) => [`${name}/1/model.onnx`, model])),
    );
    const gateway = await startTestGateway(context, root);
    const lines = linesOf(gateway);
    assert.equal(lines.size, 21);
    const rest = lines.get(undefined);
    assert.equal(rest?.['more'], 3);
    const { data } = await runCurlLine(String(rest['curl']));
    assert.equal(data.models.length, 23);
    assert.deepEqual(JSON.parse(data.models[22].example.variables), { input: { x: 0 } });
  });

  test('are none where a document must be a trusted one', async (context) => {
    const folder = await temporaryFolder(context, { 'documents.json': '{}' });
    const settings = { trustedDocuments: 'require', trustedDocumentsFile: join(folder, 'documents.json') };
    assert.equal(linesOf(await serveOne(context, settings)).size, 0);
  });

  test('are those of one process, of several', async (context) => {
    const { root } = await liveFolder(context, { 'add/1/model.onnx': addingVersion(1)['model.onnx'] });
    const run = runCommand(context, [root, '--processes', '2']);
    const { curl } = await run.line('try it');
    for (const number of [1, 2]) {
      await run.until(({ message, process }) => message === 'ready' && process === number);
    }
    assert.deepEqual(await runCurlLine(String(curl)), seven);
    run.signal('SIGTERM');
    await run.ended;
    assert.equal(run.lines.filter(({ message }) => message === 'try it').length, 1);
  });

  test('stand in the pretty log as they are, to be copied', async (context) => {
    const { model, field, curl: logged } = linesOf(await serveOne(context, {})).get('add') ?? {};
    const line = prettyLine(0, 'info', 'try it', { model, field, curl: logged });
    const [, curl = ''] = / curl=(curl .*)$/.exec(stripVTControlCharacters(line)) ?? [];
    assert.deepEqual(await runCurlLine(curl), seven);
  });
});
