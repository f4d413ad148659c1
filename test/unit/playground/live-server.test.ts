import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import { LiveServer } from '../../../playground/live-server.ts';
import type { ModelFacts } from '../../../playground/model-list.ts';

const signal = new AbortController().signal;

/** What the server of a test has, and what it was asked. */
interface Puppet {
  version: string;
  models: string[];
  /** In the place of an answer. */
  instead: (() => Response) | null;
  readonly asked: { readonly name: string; readonly authorization: string | null }[];
}

function model(name: string): ModelFacts {
  return { name, title: null, description: null, task: 'tensor', ready: true, example: null };
}

/** A page before a server, with timers that a test lets go by. */
function openPage(test: TestContext) {
  const puppet: Puppet = { version: '1', models: ['iris'], instead: null, asked: [] };
  test.mock.method(globalThis, 'fetch', async (_endpoint: URL, { body, headers }: RequestInit) => {
    const { query } = JSON.parse(body as string) as { query: string };
    const [, name = ''] = /(?:query )(\w+)/.exec(query) ?? [];
    puppet.asked.push({ name, authorization: new Headers(headers).get('authorization') });
    if (puppet.instead !== null) return puppet.instead();
    const data = name === 'Models' ? { models: puppet.models.map(model) } : {};
    return Response.json({ data }, { headers: { 'inferql-schema-version': puppet.version } });
  });
  const timers: { readonly delayMs: number; readonly callback: () => void }[] = [];
  const server = new LiveServer(new URL('http://127.0.0.1/graphql'), {
    after: (delayMs, callback) => {
      const timer = { delayMs, callback };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    },
  });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  };
  return {
    puppet,
    server,
    settle,
    /** The delay after which the page looks next; null where it does not. */
    nextLook: () => {
      assert.ok(timers.length <= 1, 'one look is planned at most');
      return timers[0]?.delayMs ?? null;
    },
    /** Lets the time until the next look go by. */
    pass: async () => {
      timers.shift()?.callback();
      await settle();
    },
  };
}

/** A page that has its schema, and is seen. */
async function openedPage(test: TestContext) {
  const page = openPage(test);
  await page.server.introspect();
  page.server.setVisible(true);
  await page.settle();
  page.puppet.asked.length = 0;
  return page;
}

const unauthenticated = () => Response.json({ errors: [{ message: 'no' }] }, { status: 401 });

describe('the server, as the page sees it', () => {
  it('is asked for the schema and the models together', async (test) => {
    const { server, puppet } = openPage(test);
    await server.introspect();
    assert.deepEqual(puppet.asked.map(({ name }) => name).toSorted(), ['IntrospectionQuery', 'Models']);
    assert.deepEqual(
      server.state.models.map(({ name }) => name),
      ['iris'],
    );
    assert.deepEqual([server.state.trouble, server.state.news, server.state.changes], [null, null, 0]);
  });

  it('is looked at less and less often, and as at the beginning once somebody runs something', async (test) => {
    const { server, pass, nextLook } = await openedPage(test);
    const delays: (number | null)[] = [];
    for (let count = 0; count < 9; count += 1) {
      delays.push(nextLook());
      await pass();
    }
    assert.deepEqual(delays.slice(0, 4), [2000, 3000, 4500, 6750]);
    assert.deepEqual(delays.slice(-2), [30_000, 30_000]);
    await server.run({ query: 'query Run { a }' }, {}, signal);
    await pass();
    assert.equal(nextLook(), 2000);
  });

  it('is not looked at while nobody sees the page, and at once when somebody does', async (test) => {
    const { server, puppet, nextLook, settle } = await openedPage(test);
    server.setVisible(false);
    assert.equal(nextLook(), null);
    server.setVisible(true);
    await settle();
    assert.deepEqual(
      puppet.asked.map(({ name }) => name),
      ['Look'],
    );
    assert.equal(nextLook(), 2000);
  });

  it('tells of another schema, by what is looked at as by what is run, until it was fetched', async (test) => {
    const { server, puppet, pass } = await openedPage(test);
    await pass();
    assert.equal(server.state.changes, 0);
    puppet.version = '2';
    await pass();
    assert.equal(server.state.changes, 1);
    await server.introspect();
    await pass();
    assert.equal(server.state.changes, 1);
    puppet.version = '3';
    await server.run({ query: 'query Run { a }' }, {}, signal);
    assert.equal(server.state.changes, 2);
  });

  it('tells which models came and went, until somebody has read it', async (test) => {
    const { server, puppet } = await openedPage(test);
    puppet.models = ['late', 'later'];
    await server.introspect();
    assert.deepEqual(server.state.news, { came: ['late', 'later'], went: ['iris'] });
    server.forgetNews();
    await server.introspect();
    assert.equal(server.state.news, null);
  });

  it('is given the key with everything from then on, unless the headers of the editor have one', async (test) => {
    const { server, puppet, settle } = openPage(test);
    puppet.instead = unauthenticated;
    await server.introspect();
    assert.deepEqual(server.state.trouble, { kind: 'key-needed', isRefused: false });
    puppet.instead = null;
    puppet.asked.length = 0;
    server.setKey('mine');
    await server.introspect();
    await server.run({ query: 'query Run { a }' }, {}, signal);
    await server.run({ query: 'query Run { a }' }, { authorization: 'other' }, signal);
    await settle();
    assert.deepEqual(
      puppet.asked.map(({ authorization }) => authorization),
      ['Bearer mine', 'Bearer mine', 'Bearer mine', 'other'],
    );
    assert.deepEqual([server.state.trouble, server.state.asksForKeys], [null, true]);
  });

  it('is not looked at while it asks for a key, and says when one is refused', async (test) => {
    const { server, puppet, nextLook, pass } = await openedPage(test);
    puppet.instead = unauthenticated;
    await pass();
    assert.equal(nextLook(), null);
    server.setKey('wrong');
    await server.introspect();
    assert.deepEqual(server.state.trouble, { kind: 'key-needed', isRefused: true });
  });

  it('shows the models of another key as they are, and not as news', async (test) => {
    const { server, puppet } = await openedPage(test);
    puppet.models = ['spam'];
    server.setKey('other');
    await server.introspect();
    assert.equal(server.state.news, null);
    assert.equal(server.state.models[0]?.name, 'spam');
  });

  it('takes no answer to a key for one to another', async (test) => {
    const { server, puppet, settle } = await openedPage(test);
    const { promise, resolve } = Promise.withResolvers<Response>();
    puppet.instead = () => promise as unknown as Response;
    const run = server.run({ query: 'query Run { a }' }, {}, signal);
    await settle();
    server.setKey('other');
    resolve(unauthenticated());
    assert.equal((await run).status, 401);
    assert.equal(server.state.trouble, null);
  });

  it('is left alone for as long as it says where it limits', async (test) => {
    const { server, puppet, nextLook, pass } = await openedPage(test);
    puppet.instead = () => Response.json({ errors: [] }, { status: 429, headers: { 'retry-after': '40' } });
    await pass();
    assert.deepEqual(server.state.trouble, { kind: 'limited', retryAfterMs: 40_000 });
    assert.equal(nextLook(), 40_000);
  });

  it('is away when it does not answer in time', async (test) => {
    const { server, puppet, pass, settle, nextLook } = await openedPage(test);
    const timeout = new AbortController();
    test.mock.method(AbortSignal, 'timeout', () => timeout.signal);
    const { promise, reject } = Promise.withResolvers<Response>();
    timeout.signal.addEventListener('abort', () => reject(timeout.signal.reason as Error));
    puppet.instead = () => promise as unknown as Response;
    await pass();
    assert.deepEqual([server.state.trouble, nextLook()], [null, null]);
    timeout.abort();
    await settle();
    assert.deepEqual(server.state.trouble, { kind: 'away' });
    assert.notEqual(nextLook(), null);
  });

  it('is looked for while it is away, and its schema is fetched when it is back', async (test) => {
    const { server, puppet, pass } = openPage(test);
    puppet.instead = () => {
      throw new TypeError('Failed to fetch');
    };
    await assert.rejects(server.introspect());
    server.setVisible(true);
    await pass();
    assert.deepEqual(server.state.trouble, { kind: 'away' });
    puppet.instead = null;
    await pass();
    assert.deepEqual([server.state.trouble, server.state.changes], [null, 1]);
  });

  it('is looked at again once a key is accepted that it asked for', async (test) => {
    const { server, puppet, nextLook } = openPage(test);
    puppet.instead = unauthenticated;
    await server.introspect();
    assert.equal(nextLook(), null);
    puppet.instead = null;
    server.setKey('mine');
    await server.introspect();
    assert.equal(nextLook(), 2000);
  });

  it('tells whoever subscribed, until the subscription ends', async (test) => {
    const { server } = openPage(test);
    let told = 0;
    const unsubscribe = server.subscribe(() => (told += 1));
    await server.introspect();
    assert.ok(told > 0);
    unsubscribe();
    const before = told;
    server.setKey(null);
    assert.equal(told, before);
  });
});
