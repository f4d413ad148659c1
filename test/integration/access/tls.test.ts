import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { makeAuthority, type Certificate } from '../../helpers/certificates.ts';
import { eventually } from '../../helpers/eventually.ts';
import { startTestGateway, type TestGateway } from '../../helpers/gateway.ts';
import { waitForLine } from '../../helpers/log.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const authority = makeAuthority();
const server = authority.issue('server one');

async function start(
  context: TestContext,
  { cert, key }: Certificate = server,
  settings: Readonly<Record<string, unknown>> = {},
) {
  const folder = await temporaryFolder(context, { 'cert.pem': cert, 'key.pem': key, 'ca.pem': authority.cert });
  const path = (name: string) => join(folder, name);
  const gateway = await startTestGateway(context, await temporaryFolder(context), {
    tlsCert: path('cert.pem'),
    tlsKey: path('key.pem'),
    ...settings,
  });
  const replace = async (next: Certificate): Promise<void> => {
    await writeFile(path('key.pem'), next.key);
    await writeFile(path('cert.pem'), next.cert);
  };
  return { gateway, path, replace };
}

/** Asks over HTTPS. @returns the status, and the subject of the server's certificate. */
async function ask(gateway: TestGateway, options: RequestOptions = {}) {
  const body = JSON.stringify({ query: '{ server { ready } }' });
  const headers = { 'content-type': 'application/json' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(gateway.graphqlUrl, { method: 'POST', headers, ca: authority.cert, ...options }, resolve);
    sent.once('error', reject).end(body);
  });
  const { subject } = new X509Certificate((response.socket as TLSSocket).getPeerCertificate().raw);
  response.resume();
  await new Promise((resolve) => response.once('end', resolve));
  return { status: response.statusCode, subject };
}

const ways = () => ({ agent: new Agent({ keepAlive: false }) });

describe('with a certificate, the server', () => {
  test('speaks HTTPS, and nothing else', async (context) => {
    const { gateway } = await start(context);
    assert.match(gateway.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(await ask(gateway), { status: 200, subject: 'CN=server one' });
    await assert.rejects(fetch(gateway.url.replace('https', 'http')));
    await assert.rejects(ask(gateway, { ca: makeAuthority().cert }));
    await assert.rejects(ask(gateway, { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
  });

  test('takes a renewed one for new connections, and those that are open go on', async (context) => {
    const { gateway, replace } = await start(context);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    context.after(() => agent.destroy());
    assert.equal((await ask(gateway, { agent })).subject, 'CN=server one');
    await replace(authority.issue('server two'));
    const renewed = await eventually(
      () => ask(gateway, ways()),
      ({ subject }) => subject === 'CN=server two',
    );
    assert.equal(renewed.status, 200);
    assert.deepEqual(await ask(gateway, { agent }), { status: 200, subject: 'CN=server one' });
    await waitForLine(
      gateway.log,
      ({ message, subject }) => message === 'TLS certificate' && subject === 'CN=server two',
    );
  });

  test('keeps the one it has when the new one cannot be used, and the log says so', async (context) => {
    const { gateway, path, replace } = await start(context);
    const other = authority.issue('server two');
    // In no order of their writing do two of these files fit together.
    for (const [cert, key] of [
      [other.cert, server.key],
      ['no certificate', server.key],
      ['', ''],
    ] as const) {
      const before = gateway.log.length;
      await replace({ cert, key });
      await waitForLine(gateway.log, ({ message }) => /cannot be used; the one before it stays/.test(message), before);
      assert.deepEqual(await ask(gateway, ways()), { status: 200, subject: 'CN=server one' });
    }
    assert.ok(!JSON.stringify(gateway.log).includes('PRIVATE KEY'));
    await writeFile(path('key.pem'), other.key);
    await writeFile(path('cert.pem'), other.cert);
    await eventually(
      () => ask(gateway, ways()),
      ({ subject }) => subject === 'CN=server two',
    );
  });

  test('asks clients for one of theirs, where an authority for them is set', async (context) => {
    const folder = await temporaryFolder(context, { 'ca.pem': authority.cert });
    const { gateway } = await start(context, server, { tlsClientCa: join(folder, 'ca.pem') });
    const client = authority.issue('client');
    assert.equal((await ask(gateway, { ...ways(), ...client })).status, 200);
    const stranger = makeAuthority('somebody else').issue('client');
    await assert.rejects(ask(gateway, ways()));
    await assert.rejects(ask(gateway, { ...ways(), ...stranger }));
    const next = makeAuthority('the next authority');
    await writeFile(join(folder, 'ca.pem'), next.cert);
    const nextClient = next.issue('client');
    await eventually(
      () =>
        ask(gateway, { ...ways(), ...nextClient }).then(
          ({ status }) => status,
          () => null,
        ),
      (status) => status === 200,
    );
    await assert.rejects(ask(gateway, { ...ways(), ...client }));
  });
});

describe('a certificate is refused at the start', () => {
  const models = (context: TestContext) => temporaryFolder(context);

  test('without its key, and the key without it', async (context) => {
    await assert.rejects(startTestGateway(context, await models(context), { tlsCert: 'a' }), {
      name: 'OptionsError',
      message: /set --tls-key/,
    });
    await assert.rejects(startTestGateway(context, await models(context), { tlsKey: 'a' }), {
      message: /set --tls-cert/,
    });
    await assert.rejects(startTestGateway(context, await models(context), { tlsClientCa: 'a' }), {
      message: /need HTTPS/,
    });
  });

  test('with the key of another, or as a file that is none', async (context) => {
    const other = authority.issue('other');
    await assert.rejects(start(context, { cert: server.cert, key: other.key }), {
      name: 'AccessError',
      message: /no certificate with its key: .*mismatch/i,
    });
    await assert.rejects(start(context, { cert: 'mine', key: server.key }), { name: 'AccessError' });
    const folder = await temporaryFolder(context, { 'ca.pem': 'mine' });
    await assert.rejects(start(context, server, { tlsClientCa: join(folder, 'ca.pem') }), { name: 'AccessError' });
  });
});
