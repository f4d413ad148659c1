import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';

const folder = await liveFolder(
  { after },
  {
    'm/1/model.onnx': addingVersion(1)['model.onnx'],
    'm/model.yaml': 'versions: { labels: { stable: 1 } }',
    'stray.onnx': 'A model in the wrong place.',
  },
);
const gateway = await startTestGateway({ after }, folder.root);

const fields = 'kind model version phase update label from order reason message';

interface Event extends Readonly<Record<string, unknown>> {
  readonly at: string;
  readonly kind: string;
  readonly message: string;
}

async function listEvents(last = 1000): Promise<readonly Event[]> {
  const document = `query($last: Int!) { server { events(last: $last) { at ${fields} } } }`;
  return (await query(gateway, document, { last })).data.server.events;
}

/** What happened since some number of events, the oldest first, in words. */
async function newsSince(count: number): Promise<readonly string[]> {
  const all = await listEvents();
  return all
    .slice(0, all.length - count)
    .map(({ message }) => message)
    .toReversed();
}

describe('the events of a server', () => {
  test('tell what happened since its start, the newest first', async () => {
    const events = await listEvents();
    assert.deepEqual(events.map(({ model, message }) => `${String(model)}: ${message}`).toReversed(), [
      'stray.onnx: The file lies beside the folders of models. Move it to stray/1/model.onnx.',
      'm: Version 1 is DISCOVERED.',
      'm: Version 1 is VERIFYING.',
      'm: Version 1 is LOADING.',
      'm: Version 1 is WARMING.',
      'm: Version 1 is READY.',
      'm: Version 1 serves requests that name none.',
      'm: The label "stable" names version 1.',
    ]);
    const times = events.map(({ at }) => Date.parse(at));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    );
    const { at, ...ready } = events.at(-6) ?? assert.fail();
    assert.match(at, /^\d{4}-.*Z$/);
    assert.deepEqual(ready, {
      kind: 'STATE',
      model: 'm',
      version: 1,
      phase: 'READY',
      update: false,
      label: null,
      from: null,
      order: null,
      reason: null,
      message: 'Version 1 is READY.',
    });
  });

  test('are fifty where nobody says how many, and as many as one says', async () => {
    const { data } = await query(gateway, '{ __type(name: "Server") { fields { name args { name defaultValue } } } }');
    const events = data.__type.fields.find(({ name }: { name: string }) => name === 'events');
    assert.deepEqual(events.args, [{ name: 'last', defaultValue: '50' }]);
    const newest = await listEvents(1);
    assert.deepEqual(
      newest.map(({ kind }) => kind),
      ['LABEL'],
    );
  });

  for (const last of [0, -1, 1001]) {
    test(`cannot be ${last}`, async () => {
      const { errors } = await query(gateway, `{ server { events(last: ${last}) { kind } } }`);
      const [{ message, extensions } = assert.fail()] = errors;
      assert.equal(message, `last: expected a whole number from 1 to 1000, got ${last}.`);
      assert.deepEqual([extensions.code, extensions.details?.['reason']], ['BAD_USER_INPUT', 'OUT_OF_RANGE']);
    });
  }

  test('are a thousand in one operation, however often it asks', async () => {
    const { errors } = await query(
      gateway,
      '{ server { a: events(last: 600) { kind } b: events(last: 600) { kind } } }',
    );
    assert.equal(errors[0]?.extensions.code, 'QUERY_TOO_COMPLEX');
  });

  test('tell what was asked for by hand, and what it led to; the log does too', async () => {
    const { length } = await listEvents();
    await query(gateway, 'mutation { loadModel(model: "m", version: 1) { name } }');
    assert.deepEqual(await newsSince(length), ['Version 1 was loaded by hand.']);
    await query(gateway, 'mutation { unloadModel(model: "m") { name } }');
    const news = await newsSince(length + 1);
    assert.deepEqual(news.slice(0, 4), [
      'Every version was unloaded by hand.',
      'Version 1 is DRAINING.',
      'No version serves any more; it was version 1.',
      'The label "stable" names no version any more; it was version 1.',
    ]);
    const logged = gateway.log.filter(({ message }) => message === 'order by hand');
    assert.deepEqual(
      logged.map(({ level, model, order, version }) => [level, model, order, version]),
      [
        ['info', 'm', 'LOAD', 1],
        ['info', 'm', 'UNLOAD', null],
      ],
    );
  });

  test('tell why a version failed and what a folder lacks, and that it went', async () => {
    await folder.place('n', { '1/model.onnx': 'no model' });
    await folder.place('empty', { 'README.md': 'Nothing yet.' });
    const { length } = await listEvents();
    await query(gateway, 'mutation { rescanRepository { name } }');
    await folder.remove('n');
    await query(gateway, 'mutation { rescanRepository { name } }');
    const news = await newsSince(length);
    for (const words of [
      'Version 1 is FAILED: The file is no ONNX model. Export the model to ONNX, or copy it again.',
      'The folder has no version. Put the model at empty/1/model.onnx.',
      "The model's folder went.",
    ]) {
      assert.ok(news.includes(words), JSON.stringify(news));
    }
  });
});
