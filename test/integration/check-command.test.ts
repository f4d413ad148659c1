import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { runCommand } from '../helpers/command.ts';
import { shippedModels } from '../helpers/gateway.ts';
import { documentedKeys, jsonKeys } from '../helpers/json-keys.ts';
import { affineModel, failsOnNegativeModel, identityModel, zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

const golden = JSON.stringify({ examples: [{ name: 'one', inputs: { x: [1] }, outputs: { y: [3] } }] });
const good = affineModel({ width: 1 });
const doubled = affineModel({ width: 1, scale: 4 });

/** A repository in which everything is that a check can find. */
const everything: Readonly<Record<string, string | Uint8Array>> = {
  'all/model.yaml': 'versions: { serve: all }\n',
  'all/1/model.onnx': good,
  'all/1/golden.json': golden,
  'all/2/model.onnx': doubled,
  'all/2/golden.json': golden,
  'broken/1/model.onnx': 'no model at all',
  'empty/README.md': 'A folder without a version.',
  'labelled/model.yaml': 'versions: { labels: { stable: 1 } }\n',
  'labelled/1/model.onnx': good,
  'labelled/2/model.onnx': good,
  'labelled/3/model.onnx': good,
  'pinned/model.yaml': 'versions: { serve: [2], labels: { canary: 3 } }\n',
  'pinned/1/model.onnx': 'never looked at',
  'pinned/2/model.onnx': good,
  'pinned/3/model.onnx': 'no model at all',
  'misspelt/model.yaml': 'tsak: tensor\n',
  'misspelt/1/model.onnx': good,
  'missing/model.yaml': 'versions: { serve: [1, 7] }\n',
  'missing/1/model.onnx': good,
  'zipped/1/model.onnx': zipmapModel(),
  'beside.onnx': good,
  'no name/1/model.onnx': good,
};

/** Runs `inferql check` and gives what it printed. */
async function runCheck(test: TestScope, ...given: string[]) {
  return await runCommand(test, ['check', ...given]).ended;
}

/** The lines of a report whose first two columns are these. */
function linesAbout(output: string, what: string, about: string): string[] {
  return output
    .split('\n')
    .map((line) => line.split(/ {2,}/))
    .filter((columns) => columns[0] === what && columns[1] === about)
    .map((columns) => columns.slice(2).join('  '));
}

suite('inferql check', () => {
  test('says of the shipped models that all is well, with a line for each version and a warning for the ZipMap', async (context) => {
    const { code, output, errors } = await runCheck(context, shippedModels);
    assert.equal(errors, '');
    assert.equal(code, 0);
    const lines = output.split('\n');
    const [rows, [end, ...rest]] = [lines.slice(0, -3), lines.slice(-2)];
    const statements = rows.map((line) => line.split(/ {2,}/).slice(0, 2).join(' '));
    for (const name of await readdir(shippedModels))
      assert.ok(
        statements.some((statement) => statement.startsWith(`READY ${name}/`)),
        name,
      );
    // Of the forest the ZipMap is cut off.
    assert.deepEqual(
      statements.filter((statement) => !statement.startsWith('READY ')),
      ['warning iris/2'],
    );
    assert.equal(end, `All is well: ${statements.length - 1} versions ready, 1 warning.`);
    assert.deepEqual(rest, ['']);
    const iris = lines.find((line) => /^READY +iris\/1 /.test(line));
    assert.match(iris ?? '', /  field iris, task tabular-classification, 4 golden examples agree, 512 bytes$/);
  });

  test('looks at every version that is served or named, says why the others fail, and ends with code 1', async (context) => {
    const { code, output, errors } = await runCheck(context, await temporaryFolder(context, everything));
    assert.equal(errors, '');
    assert.equal(code, 1);
    const words = (what: string, about: string) => linesAbout(output, what, about).join('\n');
    assert.match(words('READY', 'all/1'), /^field all, task tensor, 1 golden example agrees, /);
    assert.match(words('FAILED', 'all/2'), /^golden\.json: one, alone: y\[0\] is 5, expected 3/);
    assert.match(words('FAILED', 'broken/1'), /^The file is no ONNX model\./);
    assert.match(words('PROBLEM', 'empty'), /^The folder has no version\./);
    assert.match(words('READY', 'labelled/1'), /no golden examples/);
    assert.equal(
      words('SKIPPED', 'labelled/2'),
      'It was only loaded to compare a newer version with it: versions.serve is latest in the manifest, and no label names it.',
    );
    assert.match(words('READY', 'labelled/3'), /^field labelled/);
    assert.equal(
      words('SKIPPED', 'pinned/1'),
      'It was not looked at: versions.serve is [2] in the manifest, and no label names it.',
    );
    assert.match(words('FAILED', 'pinned/3'), /^The file is no ONNX model\./);
    assert.match(words('PROBLEM', 'pinned'), /^The label "canary" cannot name version 3, which is not ready/);
    assert.match(words('FAILED', 'misspelt/1'), /^model\.yaml, line 1: there is no key "tsak" here/);
    assert.equal(words('PROBLEM', 'misspelt'), '', 'what every version failed for is not told again');
    assert.match(words('PROBLEM', 'missing'), /^The manifest names versions that the folder does not have: 7/);
    assert.match(words('warning', 'zipped/1'), /^The ZipMap behind/);
    assert.match(words('PROBLEM', 'beside.onnx'), /Move it to beside\/1\/model\.onnx\.$/);
    assert.match(words('PROBLEM', 'no name'), /^No model can have this name\./);
    assert.match(output, /\n\nNot all is well: 6 versions ready, 4 failed, 2 skipped, 5 problems, 1 warning\.\n$/);
  });

  test('prints the same as JSON', async (context) => {
    const { code, output, errors } = await runCheck(context, await temporaryFolder(context, everything), '--json');
    assert.equal(errors, '');
    assert.equal(code, 1);
    const report = JSON.parse(output);
    assert.equal(report.ok, false);
    assert.deepEqual(report.summary, {
      ready: 6,
      failed: 4,
      held: 0,
      skipped: 2,
      problems: 5,
      breakingChanges: 0,
      warnings: 1,
    });
    assert.equal(report.schema, null);
    assert.deepEqual(
      report.misplaced.map(({ name }: { name: string }) => name),
      ['beside.onnx', 'no name'],
    );
    const [all] = report.models;
    assert.deepEqual({ ...all, versions: null }, { name: 'all', task: 'tensor', problem: null, versions: null });
    assert.deepEqual(
      { ...all.versions[0], sha256: null },
      {
        version: 1,
        result: 'READY',
        reason: null,
        field: 'all',
        goldenExamples: 1,
        sizeBytes: good.length,
        sha256: null,
        warnings: [],
      },
    );
    assert.match(all.versions[0].sha256, /^[0-9a-f]{64}$/);
    assert.equal(all.versions[1].result, 'FAILED');
    assert.equal(all.versions[1].goldenExamples, null);
  });

  test('fails with a version that would break the clients of the one before it', async (context) => {
    const models = await temporaryFolder(context, {
      'a/1/model.onnx': good,
      'a/2/model.onnx': identityModel('FP32', ['N', 4]),
    });
    const { code, output } = await runCheck(context, models);
    assert.equal(code, 1);
    assert.match(linesAbout(output, 'READY', 'a/1').join(), /^field a,/);
    assert.match(linesAbout(output, 'HELD', 'a/2').join(), /AInput\.x changed type from Float! to FloatTensor!\./);
    assert.match(output, /\nNot all is well: 1 version ready, 1 held\.\n$/);
  });

  test('prints the JSON that docs/commands.md describes, key for key', async (context) => {
    const page = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    const folder = await temporaryFolder(context, {
      'schema.graphql': 'type Query { gone: Int } enum ErrorCode { BAD_REQUEST }',
      ...Object.fromEntries(Object.entries(everything).map(([path, content]) => [`models/${path}`, content])),
    });
    const { output } = await runCheck(context, `${folder}/models`, '--json', '--schema', `${folder}/schema.graphql`);
    assert.deepEqual(documentedKeys(page, 'check'), jsonKeys(JSON.parse(output)));
  });

  test('passes with warnings', async (context) => {
    const models = await temporaryFolder(context, {
      'picky/1/model.onnx': failsOnNegativeModel(),
      'z/1/model.onnx': zipmapModel(),
    });
    const { code, output } = await runCheck(context, models);
    assert.equal(code, 0, output);
    assert.match(output, /\nwarning  z\/1 {6}The ZipMap .*\n\nAll is well: 2 versions ready, 1 warning\.\n$/);
  });

  test('fails where there is nothing to look at', async (context) => {
    const { code, output } = await runCheck(context, await temporaryFolder(context, {}));
    assert.equal(code, 1);
    assert.match(output, /^PROBLEM .*There is no model\. Put one at <name>\/1\/model\.onnx in \//);
  });

  test('says in one line that a folder is missing, and ends with code 1', async (context) => {
    const { code, output, errors } = await runCheck(context, `${await temporaryFolder(context)}/nowhere`, '--json');
    assert.deepEqual([code, output], [1, '']);
    assert.match(errors, /^inferql: The model repository [^\n]*nowhere cannot be read[^\n]*\n$/);
  });
});

suite('inferql check --schema', () => {
  /** Checks a model against the schema that another one had in its place. */
  async function compare(context: TestScope, before: Uint8Array, after: Uint8Array, ...given: string[]) {
    const models = await temporaryFolder(context, { 'a/1/model.onnx': before, 'b/1/model.onnx': after });
    const { output } = await runCommand(context, ['schema', models]).ended;
    const folder = await temporaryFolder(context, {
      'schema.graphql': output,
      'models/a/1/model.onnx': after,
      'models/b/1/model.onnx': after,
    });
    return await runCheck(context, `${folder}/models`, '--schema', `${folder}/schema.graphql`, ...given);
  }

  test('passes where nothing changed', async (context) => {
    const { code, output } = await compare(context, good, doubled);
    assert.equal(code, 0, output);
    assert.deepEqual(linesAbout(output, 'KEEPS', 'schema.graphql'), ['No change breaks its clients.']);
  });

  test('fails with each change that breaks clients', async (context) => {
    const { code, output } = await compare(context, good, identityModel('FP32', ['N', 4]));
    assert.equal(code, 1);
    assert.deepEqual(linesAbout(output, 'BREAKS', 'schema.graphql').toSorted(), [
      'AInput.x changed type from Float! to FloatTensor!.',
      'APrediction.y changed type from Float to Tensor!.',
    ]);
    assert.match(output, /\nNot all is well: 2 versions ready, 2 breaking changes\.\n$/);
  });

  test('lists the changes as JSON', async (context) => {
    const { code, output } = await compare(context, good, identityModel('FP32', ['N', 4]), '--json');
    assert.equal(code, 1);
    const { breaking, dangerous } = JSON.parse(output).schema;
    assert.deepEqual(
      breaking.map(({ type }: { type: string }) => type),
      ['FIELD_CHANGED_KIND', 'FIELD_CHANGED_KIND'],
    );
    assert.deepEqual(dangerous, []);
  });

  test('warns of changes that may surprise clients', async (context) => {
    const folder = await temporaryFolder(context, { 'models/a/1/model.onnx': good });
    const { output: schema } = await runCommand(context, ['schema', `${folder}/models`]).ended;
    const narrower = schema.replace(/ {2}"""[^"]*"""\n {2}RATE_LIMITED\n/, '');
    assert.notEqual(narrower, schema);
    const other = await temporaryFolder(context, { 'schema.graphql': narrower });
    const { code, output } = await runCheck(context, `${folder}/models`, '--schema', `${other}/schema.graphql`);
    assert.equal(code, 0, output);
    assert.match(
      linesAbout(output, 'warning', 'schema.graphql').join('\n'),
      /RATE_LIMITED was added to enum type ErrorCode/,
    );
  });

  for (const [title, files, reason] of [
    ['a schema that is missing', {}, /cannot be read \(ENOENT\)$/],
    ['a schema that is none', { 'schema.graphql': 'type Query {' }, /holds no GraphQL schema: Syntax Error: /],
    [
      'a schema that contradicts itself',
      { 'schema.graphql': 'type Query { a: Nothing, b: Nobody }' },
      /holds no GraphQL schema: Unknown type/,
    ],
  ] as const) {
    test(`is wrong usage, with code 2, for ${title}`, async (context) => {
      const folder = await temporaryFolder(context, files);
      const { code, output, errors } = await runCheck(context, shippedModels, '--schema', `${folder}/schema.graphql`);
      assert.deepEqual([code, output], [2, '']);
      assert.match(errors.trimEnd(), reason);
      assert.equal(errors.trimEnd().split('\n').length, 1);
    });
  }

  test('is wrong usage, with code 2, for a flag that there is not', async (context) => {
    const { code, output } = await runCheck(context, shippedModels, '--jsn');
    assert.deepEqual([code, output], [2, '']);
  });
});
