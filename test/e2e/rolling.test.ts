import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runCommand } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { query } from '../helpers/gateway.ts';
import { addingVersion, liveFolder, type Files } from '../helpers/live-folder.ts';
import type { LogLine } from '../helpers/log.ts';
import { pacedModel } from '../helpers/onnx-models.ts';

const clients = 32;
const versions = 100;

interface Breakage {
  readonly files: (version: number) => Files;
  readonly phase: 'FAILED' | 'HELD';
  readonly reason: RegExp;
}

/** Every tenth version is broken, in one of these ways after the other. */
const breakages: readonly Breakage[] = [
  {
    files: () => ({ 'model.onnx': '<!DOCTYPE html><title>404 Not Found</title>\n' }),
    phase: 'FAILED',
    reason: /^The file is no ONNX model\./,
  },
  {
    files: (version) => ({ ...addingVersion(version), 'golden.json': addingVersion(version + 1)['golden.json'] }),
    phase: 'FAILED',
    reason: /^golden\.json: example 0, alone: y\[0\] is \d+, expected \d+/,
  },
  {
    // It wants an input more.
    files: () => ({ 'model.onnx': pacedModel() }),
    phase: 'HELD',
    reason: /^It would break what clients rely on: .*iterations/,
  },
  {
    files: (version) => {
      const { 'model.onnx': model } = addingVersion(version);
      return { 'model.onnx': model.slice(0, model.length / 2) };
    },
    phase: 'FAILED',
    reason: /was it copied in half\?/,
  },
];

function breakageOf(version: number): Breakage | undefined {
  return version % 10 === 0 ? breakages[(version / 10 - 1) % breakages.length] : undefined;
}

/** What the one who rolls knows: clients must get the confirmed version or one that came after it. */
interface Roll {
  confirmed: number;
  over: boolean;
}

interface Seen {
  requests: number;
  readonly faults: string[];
  readonly versions: Set<number>;
}

/** Asks in a closed loop and checks each answer: version n says x + n. */
async function keepAsking(graphqlUrl: string, label: string | null, roll: Roll, seen: Seen): Promise<void> {
  const document =
    'query($x: Float!, $label: VersionRef) { predict { rolling(input: { x: $x }, version: $label) { y meta { version } } } }';
  while (!roll.over) {
    const x = seen.requests % 1000;
    seen.requests += 1;
    const { confirmed } = roll;
    const { data, errors } = await query({ graphqlUrl }, document, { x, label });
    const answer: { y: number; meta: { version: number } } | null | undefined = data?.predict?.rolling;
    if (answer == null) seen.faults.push(`failed: ${JSON.stringify(errors)}`);
    else {
      const { version } = answer.meta;
      seen.versions.add(version);
      if (answer.y !== x + version) seen.faults.push(`version ${version} says ${answer.y} of ${x}`);
      if (version < confirmed) seen.faults.push(`version ${version} answers ${label}, which is ${confirmed} already`);
    }
    await nextTurn();
  }
}

function isStep(version: number, phase: string): (line: LogLine) => boolean {
  return (line) => line.message === 'version' && line['version'] === version && line['phase'] === phase;
}

test(
  `${versions} versions are rolled under ${clients} clients, who notice nothing`,
  { timeout: 240_000 },
  async (context) => {
    const manifest = (stable: number) => `versions: { labels: { stable: ${stable} } }\n`;
    const folder = await liveFolder(context, {
      'rolling/model.yaml': manifest(1),
      ...Object.fromEntries(Object.entries(addingVersion(1)).map(([name, content]) => [`rolling/1/${name}`, content])),
    });
    const run = runCommand(context, [folder.root], { INFERQL_SETTLE_MS: '20', INFERQL_INCOMPLETE_GRACE_MS: '200' });
    const graphqlUrl = `${String((await run.line('listening'))['url'])}/graphql`;
    await run.line('ready');

    const roll: Roll = { confirmed: 1, over: false };
    const seen: Seen = { requests: 0, faults: [], versions: new Set() };
    const asking = Array.from({ length: clients }, (_, index) =>
      keepAsking(graphqlUrl, index % 2 === 0 ? 'stable' : null, roll, seen),
    );
    context.after(async () => void (roll.over = true));

    const rollTo = async (version: number): Promise<void> => {
      const before = roll.confirmed;
      const from = run.lines.length;
      const breakage = breakageOf(version);
      await folder.place(`rolling/${version}`, breakage?.files(version) ?? addingVersion(version));
      if (breakage === undefined) {
        await run.until(isStep(version, 'READY'), from);
        await folder.place('rolling/model.yaml', manifest(version));
        await run.until((line) => line.message === 'label' && line['version'] === version, from);
        roll.confirmed = version;
        await folder.remove(`rolling/${before}`);
      } else {
        assert.match(String((await run.until(isStep(version, breakage.phase), from))['reason']), breakage.reason);
        await folder.place('rolling/model.yaml', manifest(version));
        const refused = `"stable" cannot name version ${version}, which is not ready; it goes on naming version ${before}.`;
        await run.until((line) => line.message === 'model' && String(line['problem']).includes(refused), from);
        await folder.place('rolling/model.yaml', manifest(before));
        await folder.remove(`rolling/${version}`);
        await run.until((line) => line.message === 'model' && line['problem'] === null, from);
      }
    };
    for (let version = 2; version <= versions + 1; version += 1) await rollTo(version);
    roll.over = true;
    await Promise.all(asking);

    context.diagnostic(`${seen.requests} requests`);
    assert.deepEqual(seen.faults, []);
    const served = [...seen.versions].toSorted((a, b) => a - b);
    assert.deepEqual(
      served.filter((version) => breakageOf(version) !== undefined),
      [],
    );
    assert.ok(
      seen.requests > versions && served.length > versions / 2,
      `${seen.requests} requests saw ${served.length} versions`,
    );
    const catalogue =
      '{ model(name: "rolling") { problem defaultVersion { version } versionLabels { label version } versions { version } } }';
    const last = versions + 1;
    const { data } = await eventually(
      () => query({ graphqlUrl }, catalogue),
      (answer) => answer.data.model.versions.length === 1,
    );
    assert.deepEqual(data.model, {
      problem: null,
      defaultVersion: { version: last },
      versionLabels: [{ label: 'stable', version: last }],
      versions: [{ version: last }],
    });
    assert.deepEqual(
      run.lines.filter(({ level }) => level === 'error'),
      [],
    );
  },
);
