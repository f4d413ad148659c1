import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadPlayground, type Playground, type PlaygroundManifest } from '../../../src/http/playground.ts';

const manifest: PlaygroundManifest = {
  page: 'index.html',
  files: [
    { name: 'index.html', contentType: 'text/html; charset=utf-8', encodings: ['gzip'] },
    { name: 'app-ABC.js', contentType: 'text/javascript; charset=utf-8', encodings: ['br', 'gzip'] },
    { name: 'font-DEF.woff2', contentType: 'font/woff2', encodings: [] },
  ],
};

const contents = {
  'manifest.json': JSON.stringify(manifest),
  'index.html': '<!doctype html>',
  'index.html.gz': 'page in gzip',
  'app-ABC.js': 'let app;',
  'app-ABC.js.br': 'app in brotli',
  'app-ABC.js.gz': 'app in gzip',
  'font-DEF.woff2': 'font',
  'not-in-the-manifest.txt': 'secret',
};

function failOnWarning(message: string): never {
  assert.fail(message);
}

describe('loadPlayground', () => {
  let directory: string;
  let playground: Playground;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'inferql-playground-'));
    for (const [name, content] of Object.entries(contents)) await writeFile(join(directory, name), content);
    const loaded = await loadPlayground(directory, failOnWarning);
    assert.ok(loaded);
    playground = loaded;
  });

  after(() => rm(directory, { recursive: true }));

  async function bodyOf(pathname: string, acceptEncoding?: string): Promise<string> {
    const response = await playground.respond(pathname, acceptEncoding);
    return Buffer.from(response?.body ?? []).toString();
  }

  it('says how to build the playground when it is not built, and gives null', async () => {
    const warnings: string[] = [];
    const missing = await loadPlayground(join(directory, 'missing'), (message) => warnings.push(message));
    assert.equal(missing, null);
    assert.match(warnings.join(), /npm run prepare/);
  });

  it('fails on a build that lacks a file of its manifest', async (test) => {
    const broken = await mkdtemp(join(tmpdir(), 'inferql-playground-'));
    test.after(() => rm(broken, { recursive: true }));
    await writeFile(join(broken, 'manifest.json'), contents['manifest.json']);
    await assert.rejects(loadPlayground(broken, failOnWarning), { code: 'ENOENT' });
  });

  it('refuses a manifest that names a file elsewhere', async (test) => {
    const hostile = await mkdtemp(join(tmpdir(), 'inferql-playground-'));
    test.after(() => rm(hostile, { recursive: true }));
    const files = [{ name: '../package.json', contentType: 'application/json', encodings: [] }];
    await writeFile(join(hostile, 'manifest.json'), JSON.stringify({ page: 'index.html', files }));
    await assert.rejects(loadPlayground(hostile, failOnWarning), /Invalid string/);
  });

  it('serves the page at the root, to be asked for each time', async () => {
    const response = await playground.respond('/');
    assert.equal(response?.status, 200);
    assert.equal(response.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(response.headers['cache-control'], 'no-cache');
    assert.equal(response.headers['content-length'], '15');
    assert.equal(await bodyOf('/'), '<!doctype html>');
  });

  it('serves assets under their hashed names, to be kept for good', async () => {
    const response = await playground.respond('/playground/app-ABC.js');
    assert.equal(response?.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(response.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(await bodyOf('/playground/app-ABC.js'), 'let app;');
  });

  it('sends the same strict policy with the page and with every asset, since workers take that of their own file', async () => {
    for (const pathname of ['/', '/playground/app-ABC.js', '/playground/font-DEF.woff2']) {
      const headers = (await playground.respond(pathname))?.headers ?? {};
      const policy = (headers['content-security-policy'] ?? '').split('; ');
      assert.ok(policy.includes("default-src 'self'"));
      assert.ok(policy.includes("script-src 'self'"));
      assert.ok(policy.includes("frame-ancestors 'none'"));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
    }
  });

  it('sends the smallest prepared variant that the client takes', async () => {
    assert.equal(await bodyOf('/playground/app-ABC.js', 'gzip, deflate, br, zstd'), 'app in brotli');
    assert.equal(await bodyOf('/playground/app-ABC.js', 'gzip'), 'app in gzip');
    assert.equal(await bodyOf('/', 'br, gzip'), 'page in gzip');
    assert.equal(await bodyOf('/playground/font-DEF.woff2', 'br, gzip'), 'font');
    const response = await playground.respond('/playground/app-ABC.js', 'br');
    assert.equal(response?.headers['content-encoding'], 'br');
    assert.equal(response.headers['content-length'], '13');
    assert.equal(response.headers['vary'], 'accept-encoding');
    assert.equal((await playground.respond('/playground/app-ABC.js'))?.headers['content-encoding'], undefined);
  });

  it('answers 304 without a body to a client that has the variant', async () => {
    const etag = (await playground.respond('/', 'gzip'))?.headers['etag'];
    assert.ok(etag);
    for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await playground.respond('/', 'gzip', ifNoneMatch);
      assert.equal(response?.status, 304, ifNoneMatch);
      assert.equal(response.body.byteLength, 0);
      assert.equal(response.headers['etag'], etag);
      assert.equal(response.headers['content-length'], undefined);
    }
    assert.equal((await playground.respond('/', undefined, etag))?.status, 200, 'another variant has another tag');
    assert.equal((await playground.respond('/', 'gzip', '"other"'))?.status, 200);
  });

  it('has no file any more that a new build took away', async (test) => {
    const rebuilt = await mkdtemp(join(tmpdir(), 'inferql-playground-'));
    test.after(() => rm(rebuilt, { recursive: true }));
    for (const [name, content] of Object.entries(contents)) await writeFile(join(rebuilt, name), content);
    const loaded = await loadPlayground(rebuilt, failOnWarning);
    await rm(join(rebuilt, 'app-ABC.js.br'));
    assert.equal(await loaded?.respond('/playground/app-ABC.js', 'br'), null);
    assert.equal((await loaded?.respond('/playground/app-ABC.js', 'gzip'))?.status, 200);
  });

  it('has nothing but the files of the manifest, however a path is written', async () => {
    const paths = [
      '',
      '//',
      '/index.html',
      '/playground',
      '/playground/',
      '/playground/index.html',
      '/playground/manifest.json',
      '/playground/not-in-the-manifest.txt',
      '/playground/app-ABC.js.br',
      '/playground/../playground/app-ABC.js',
      '/playground/%2e%2e/%2e%2e/package.json',
      '/playground/../../../../etc/passwd',
      '/playground/__proto__',
      'constructor',
    ];
    for (const pathname of paths) assert.equal(await playground.respond(pathname), null, pathname);
  });
});
