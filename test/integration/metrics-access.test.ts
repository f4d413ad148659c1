import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertForm, readAnswer } from '../helpers/error-form.ts';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { testKeys } from '../helpers/keys.ts';
import { scrape } from '../helpers/metrics.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

const stats = '{ models { name stats { sinceStart { successes } } versions { stats { instances } } } }';

async function oneModel(test: TestScope): Promise<string> {
  return await temporaryFolder(test, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
}

describe('metrics and statistics', () => {
  test('are for those with the scope models:read or admin, where keys are asked for', async (context) => {
    const keys = await testKeys(context);
    const readers = [await keys.make('models:read'), await keys.make('admin')];
    const { headers } = await keys.make('predict:*');
    const gateway = await startTestGateway(context, await oneModel(context), { keys: keys.path });
    for (const { headers: shown } of readers) {
      const scraped = await scrape(gateway.url, { headers: shown });
      assert.equal(scraped.value('inferql_model_ready', { model: 'm' }), 1);
      const { data, errors } = await query(gateway, stats, {}, { headers: shown });
      assert.deepEqual(errors, []);
      assert.deepEqual(data.models, [
        { name: 'm', stats: { sinceStart: { successes: 0 } }, versions: [{ stats: { instances: 1 } }] },
      ]);
    }

    for (const [init, status, code] of [
      [{}, 401, 'UNAUTHENTICATED'],
      [{ headers: { authorization: 'Bearer nonsense' } }, 401, 'UNAUTHENTICATED'],
      [{ headers }, 403, 'FORBIDDEN'],
    ] as const) {
      const refused = await fetch(`${gateway.url}/metrics`, init);
      assert.equal(refused.status, status);
      const [error] = (await readAnswer(refused)).errors;
      assert.ok(error);
      assertForm(error, refused.headers.get('x-request-id'));
      assert.equal(error.extensions.code, code);
    }
    const { data, errors } = await query(gateway, stats, {}, { headers });
    assert.deepEqual(data.models, [{ name: 'm', stats: null, versions: [{ stats: null }] }]);
    assert.deepEqual(
      errors.map(({ path, extensions: { code } }) => [path?.join('.'), code]),
      [
        ['models.0.stats', 'FORBIDDEN'],
        ['models.0.versions.0.stats', 'FORBIDDEN'],
      ],
    );
  });

  test('are for everybody who reaches the server, where no key is asked for', async (context) => {
    const gateway = await startTestGateway(context, await oneModel(context));
    assert.equal((await scrape(gateway.url)).value('inferql_model_ready', { model: 'm' }), 1);
    assert.equal(gateway.metricsUrl, null);
  });

  test('have a port of their own where one is set, without a key, and nothing else is there', async (context) => {
    const keys = await testKeys(context);
    const settings = { keys: keys.path, metricsPort: 0 };
    const gateway = await startTestGateway(context, await oneModel(context), settings);
    const url = gateway.metricsUrl;
    assert.ok(url !== null);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    assert.equal((await scrape(url)).value('inferql_model_ready', { model: 'm' }), 1);
    assert.equal((await fetch(`${gateway.url}/metrics`)).status, 404);
    for (const path of ['/graphql', '/readyz', '/healthz', '/']) {
      assert.equal((await fetch(new URL(path, url))).status, 404);
    }
    const told = gateway.log.find(({ message }) => message === 'listening');
    assert.equal(told?.['metrics'], url);
    await gateway.stop();
    await assert.rejects(fetch(url));
  });

  test('can be turned off', async (context) => {
    const gateway = await startTestGateway(context, await oneModel(context), { metrics: false });
    const answer = await fetch(`${gateway.url}/metrics`);
    assert.equal(answer.status, 404);
    // Who may see them may still ask in the graph.
    assert.deepEqual((await query(gateway, stats)).errors, []);
  });

  test('take no body and no other method', async (context) => {
    const gateway = await startTestGateway(context, await oneModel(context));
    const answer = await fetch(`${gateway.url}/metrics`, { method: 'POST', body: '{}' });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD']);
  });
});
