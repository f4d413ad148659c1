import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { query, startTestGateway, type ClientResult, type TestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder, type Files } from '../helpers/live-folder.ts';
import { waitForLine, type LogLine } from '../helpers/log.ts';
import { affineModel, pacedModel } from '../helpers/onnx-models.ts';

/** What is promised for a local disk. */
const promisedMs = 2_000;
/** Of so many changes one must be taken in as soon as that: others may use the machine at the same time. */
const mostChanges = 5;
const timeout = 60_000;

/** What `x: 1` gives on the typed field of a model that adds, and from which version; the first error where it fails. */
async function ask({ graphqlUrl }: Pick<TestGateway, 'graphqlUrl'>, model: string, version?: string) {
  const argument = version === undefined ? '' : `, version: "${version}"`;
  const document = `{ predict { ${model}(input: { x: 1 }${argument}) { y meta { version } } } }`;
  const { data, errors } = await query({ graphqlUrl }, document);
  const answer: { y: number; meta: { version: number } } | null | undefined = data?.predict?.[model];
  return answer == null ? (errors[0]?.extensions.code ?? null) : `${answer.meta.version}: ${answer.y}`;
}

/** What the catalogue says of a model; null when there is none. */
async function look(gateway: Pick<TestGateway, 'graphqlUrl'>, name: string): Promise<any> {
  const document = `query($name: ID!) { model(name: $name) {
    title problem defaultVersion { version } versionLabels { label version }
    versions { version state { phase reason } update { phase reason } batching { maxBatchSize } }
  } }`;
  return (await query(gateway, document, { name })).data.model;
}

function isStep(model: string, version: number, phase: string): (line: LogLine) => boolean {
  return (line) =>
    line.message === 'version' && line['model'] === model && line['version'] === version && line['phase'] === phase;
}

/** Makes changes, until one is taken in as soon as is promised. @param change makes one, and waits until it is taken in. */
async function assertSoon(change: (number: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  const isSoon = (ms: number) => ms <= promisedMs;
  while (times.length < mostChanges && !times.some(isSoon)) {
    const start = performance.now();
    await change(times.length + 1);
    times.push(Math.round(performance.now() - start));
  }
  assert.ok(times.some(isSoon), `It took ${times.join(', ')} ms.`);
}

const files: Files = {
  'adds/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }),
  'renewed/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }),
  'ruled/model.yaml': 'title: First\nbatching: { maxBatchSize: 8 }\n',
  'ruled/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }),
  'goes/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }),
  'labelled/model.yaml': 'versions: { labels: { stable: 1 } }\n',
  'labelled/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }),
  'labelled/2/model.onnx': affineModel({ scale: 1, offset: 2, width: 1 }),
  'paced/1/model.onnx': pacedModel(),
};

// Either notices changes by one way alone: the other would take an hour, or is switched off.
const ways = [
  ['by file events', { watch: 'auto', watchIntervalMs: 3_600_000, settleMs: 50 }],
  ['by looking from time to time', { watch: 'poll', watchIntervalMs: 100, settleMs: 50 }],
] as const;

for (const [way, settings] of ways) {
  describe(`a repository that is watched ${way}`, { timeout }, async () => {
    const folder = await liveFolder({ after }, files);
    const gateway = await startTestGateway({ after }, folder.root, settings);

    test('serves a model that is renamed into it, as soon as is promised', () =>
      assertSoon(async (number) => {
        const name = `fresh${number}`;
        assert.equal(await ask(gateway, name), 'GRAPHQL_VALIDATION_FAILED');
        await folder.place(name, { '1/model.onnx': affineModel({ scale: 1, offset: 4, width: 1 }) });
        await eventually(
          () => ask(gateway, name),
          (answer) => answer === '1: 5',
        );
      }));

    test('serves a version that is renamed into its model, as soon as is promised, and unloads the one before', async () => {
      await assertSoon(async (number) => {
        const version = number + 1;
        await folder.place(`renewed/${version}`, addingVersion(version));
        await eventually(
          () => ask(gateway, 'renewed'),
          (answer) => answer === `${version}: ${version + 1}`,
        );
      });
      await waitForLine(gateway.log, isStep('renewed', 1, 'UNLOADED'));
      assert.equal(await ask(gateway, 'renewed', '1'), 'MODEL_UNAVAILABLE');
    });

    test('waits a version out that grows while it is looked at', async () => {
      const model = Buffer.from(affineModel({ scale: 1, offset: 9, width: 1 }));
      const path = join(folder.root, 'adds', '9', 'model.onnx');
      await mkdir(join(folder.root, 'adds', '9'));
      const from = gateway.log.length;
      const pieces = 4;
      for (let piece = 0; piece < pieces; piece += 1) {
        const [start, end] = [piece, piece + 1].map((at) => Math.round((at * model.length) / pieces));
        await appendFile(path, model.subarray(start, end));
        // A model that comes later and is served by now shows that the piece was seen, and stood still for long enough.
        await folder.place(`witness${piece}`, { '1/model.onnx': affineModel({ width: 1 }) });
        await waitForLine(gateway.log, isStep(`witness${piece}`, 1, 'READY'));
        if (piece + 1 < pieces) assert.equal(await ask(gateway, 'adds'), '1: 2');
      }
      await eventually(
        () => ask(gateway, 'adds'),
        (answer) => answer === '9: 10',
      );
      const phases = gateway.log.slice(from).flatMap((line) => (isStep('adds', 9, 'FAILED')(line) ? [line] : []));
      assert.deepEqual(phases, []);
    });

    test('follows the manifest, and the last good one while it has errors', async () => {
      const told = async () => {
        const { title, problem, versions } = await look(gateway, 'ruled');
        return { title, maxBatchSize: versions[0].batching.maxBatchSize, problem };
      };
      assert.deepEqual(await told(), { title: 'First', maxBatchSize: 8, problem: null });
      await folder.place('ruled/model.yaml', 'title: Second\nbatching: { maxBatchSize: 16 }\n');
      await eventually(told, ({ maxBatchSize }) => maxBatchSize === 16);
      await writeFile(join(folder.root, 'ruled', 'model.yaml'), 'title: Third\nbatching: { maxBatchSize: many }\n');
      const { problem, ...inForce } = await eventually(told, (answer) => answer.problem !== null);
      assert.deepEqual(inForce, { title: 'Second', maxBatchSize: 16 });
      assert.match(problem, /line 2.*many.*The manifest before it stays in force\.$/);
      assert.equal(await ask(gateway, 'ruled'), '1: 2');
      await folder.remove('ruled/model.yaml');
      await eventually(told, (answer) => answer.maxBatchSize === 64 && answer.problem === null);
    });

    test('serves the version before when the newest is taken away, and nothing when the model is', async () => {
      await folder.place('goes/2', addingVersion(2));
      await eventually(
        () => ask(gateway, 'goes'),
        (answer) => answer === '2: 3',
      );
      await folder.remove('goes/2');
      await eventually(
        () => ask(gateway, 'goes'),
        (answer) => answer === '1: 2',
      );
      await folder.remove('goes');
      await waitForLine(gateway.log, ({ message, model }) => message === 'model removed' && model === 'goes');
      assert.equal(
        await eventually(
          () => ask(gateway, 'goes'),
          (answer) => answer !== '1: 2',
        ),
        'MODEL_NOT_FOUND',
      );
      assert.equal(await look(gateway, 'goes'), null);
    });

    test('moves a label to a version that is ready, and leaves it where it is while that cannot serve', async () => {
      assert.equal(await ask(gateway, 'labelled', 'stable'), '1: 2');
      await folder.place('labelled/model.yaml', 'versions: { labels: { stable: 2 } }\n');
      await eventually(
        () => ask(gateway, 'labelled', 'stable'),
        (answer) => answer === '2: 3',
      );
      await folder.place('labelled/3', { 'model.onnx': 'no model\n' });
      await folder.place('labelled/model.yaml', 'versions: { labels: { stable: 3 } }\n');
      const { problem, versionLabels } = await eventually(
        () => look(gateway, 'labelled'),
        (model) => model.problem !== null,
      );
      assert.match(problem, /"stable" cannot name version 3, which is not ready; it goes on naming version 2\.$/);
      assert.deepEqual(versionLabels, [{ label: 'stable', version: 2 }]);
      assert.equal(await ask(gateway, 'labelled', 'stable'), '2: 3');
      await folder.place('labelled/model.yaml', 'versions: { labels: { stable: 1 } }\n');
      await eventually(
        () => ask(gateway, 'labelled', 'stable'),
        (answer) => answer === '1: 2',
      );
    });

    test('finishes requests on the version that they began with, while the next one answers', async () => {
      const predict = (iterations: number): Promise<ClientResult> =>
        query(gateway, `{ predict { paced(input: { x: 1, iterations: ${iterations} }) { y meta { version } } } }`);
      let isFinished = false;
      const running = predict(300_000).finally(() => (isFinished = true));
      await folder.place('paced/2', { 'model.onnx': pacedModel() });
      await waitForLine(gateway.log, isStep('paced', 1, 'DRAINING'));
      assert.deepEqual((await predict(0)).data, { predict: { paced: { y: 1, meta: { version: 2 } } } });
      assert.equal(isFinished, false);
      assert.deepEqual((await running).data, { predict: { paced: { y: 1, meta: { version: 1 } } } });
      await waitForLine(gateway.log, isStep('paced', 1, 'UNLOADED'));
    });

    test('was at fault nowhere', () => {
      assert.deepEqual(
        gateway.log.filter(({ level }) => level === 'error'),
        [],
      );
    });
  });
}

test(
  'a copy that is never finished is reported after a while, and taken when it is finished after all',
  { timeout },
  async (context) => {
    const folder = await liveFolder(context, { 'adds/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }) });
    const settings = { watch: 'auto', settleMs: 50, incompleteGraceMs: 300 };
    const gateway = await startTestGateway(context, folder.root, settings);
    const { 'model.onnx': model } = addingVersion(2);
    const half = Buffer.from(model).subarray(0, model.length / 2);
    await folder.place('adds/2', { 'model.onnx': half });
    const line = await waitForLine(gateway.log, isStep('adds', 2, 'FAILED'));
    assert.match(String(line['reason']), /was it copied in half/);
    const { versions } = await look(gateway, 'adds');
    assert.deepEqual(versions[0].state, { phase: 'FAILED', reason: line['reason'] });
    assert.equal(await ask(gateway, 'adds'), '1: 2');
    await appendFile(join(folder.root, 'adds', '2', 'model.onnx'), Buffer.from(model).subarray(half.length));
    await eventually(
      () => ask(gateway, 'adds'),
      (answer) => answer === '2: 3',
    );
  },
);
