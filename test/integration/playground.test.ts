import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { runCommand } from '../helpers/command.ts';
import { shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const gateway = await startTestGateway({ after }, shippedModels, { playground: true });

/** What browsers send when an address is opened. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const visit: RequestInit = { headers: { accept }, redirect: 'manual' };

describe('the playground', () => {
  test('is the page at /, with its assets', async () => {
    const response = await fetch(gateway.url, visit);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    const [, script = ''] = /src="(playground\/[^"]+)"/.exec(await response.text()) ?? [];
    const asset = await fetch(`${gateway.url}/${script}`);
    assert.equal(asset.status, 200);
    assert.equal(asset.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.ok((await asset.text()).length > 1000);
  });

  for (const path of ['/graphql', '/graphql/']) {
    test(`is shown to a browser that opens ${path}`, async () => {
      const response = await fetch(gateway.url + path, visit);
      assert.equal(response.status, 302);
      const location = response.headers.get('location') ?? '';
      assert.match(location, /^\.\.?\/$/, 'relative, so that it holds behind a proxy that serves below a path');
      assert.equal(new URL(location, gateway.url + path).pathname, '/');
    });
  }

  test('is not in the way of a GET that brings its query, or of clients that ask for JSON', async () => {
    const query = await fetch(`${gateway.graphqlUrl}?query={server{ready}}`, {
      headers: { accept, 'apollo-require-preflight': 'yes' },
      redirect: 'manual',
    });
    assert.deepEqual([query.status, await query.json()], [200, { data: { server: { ready: true } } }]);
    const client = await fetch(gateway.graphqlUrl, { headers: { accept: 'application/json' }, redirect: 'manual' });
    assert.equal(client.status, 400);
  });

  for (const [what, settings, status] of [
    ['is there by default where only this machine reaches the server', {}, 200],
    ['is away by default where others reach it', { host: '0.0.0.0', allowAnonymous: true }, 404],
    [
      'is there where others reach it and somebody says so',
      { host: '0.0.0.0', allowAnonymous: true, playground: true },
      200,
    ],
  ] as const) {
    test(what, async (context) => {
      const models = await temporaryFolder(context);
      const { url } = await startTestGateway(context, models, { playground: undefined, ...settings });
      assert.equal((await fetch(url, visit)).status, status);
    });
  }

  test('is away where it is switched off', async (context) => {
    const without = await startTestGateway(context, shippedModels, { playground: false });
    assert.equal((await fetch(without.url, visit)).status, 404);
    assert.equal((await fetch(without.graphqlUrl, visit)).status, 400);
  });

  for (const [how, commandArguments, environment] of [
    ['flag', ['--no-playground'], { INFERQL_PLAYGROUND: 'true' }],
    ['variable', [], { INFERQL_PLAYGROUND: 'false' }],
    ['flag, elsewhere as well,', ['--no-playground', '--host', '0.0.0.0', '--allow-anonymous'], {}],
  ] as const) {
    test(`is switched off by its ${how}`, async (context) => {
      const { url } = await runCommand(context, commandArguments, environment).line('listening');
      assert.equal((await fetch(String(url), visit)).status, 404);
    });
  }
});
