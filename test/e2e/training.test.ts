import assert from 'node:assert/strict';
import { execFile, type ExecFileException } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The oldest Python that the pinned requirements install on. */
const oldestPython = [3, 11] as const;
/** Downloads included, on a slow line. */
const installBudgetMs = 600_000;
const trainingBudgetMs = 180_000;

interface HeldBack {
  readonly accuracy: number;
  readonly samples: readonly { readonly input: object; readonly expected: string; readonly predicted: string }[];
}

interface Golden {
  readonly reference: string;
  readonly examples: readonly { readonly name: string; readonly inputs: object; readonly outputs: object }[];
}

interface Run {
  readonly failure: ExecFileException | null;
  readonly output: string;
  readonly errors: string;
}

function runFile(file: string, fileArguments: readonly string[], timeout: number): Promise<Run> {
  return new Promise((resolve) => {
    execFile(file, fileArguments, { cwd: root, timeout }, (failure, output, errors) =>
      resolve({ failure, output, errors }),
    );
  });
}

/** A Python of a virtual environment in this folder with what the recipes ask for, or why there cannot be one here. */
async function preparePython(folder: string): Promise<{ readonly python: string } | { readonly reason: string }> {
  const [major, minor] = oldestPython;
  const program = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${major}, ${minor}))`;
  if ((await runFile('python3', ['-c', program], installBudgetMs)).failure !== null)
    return { reason: `There is no python3 of ${major}.${minor} or later with venv.` };
  const environment = join(folder, 'venv');
  const made = await runFile('python3', ['-m', 'venv', environment], installBudgetMs);
  if (made.failure !== null) return { reason: `python3 -m venv failed: ${lastLine(made)}` };
  const python = join(environment, 'bin', 'python');
  const requirements = join(root, 'training/scikit-learn/requirements.txt');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  const installed = await runFile(python, pip, installBudgetMs);
  return installed.failure === null ? { python } : { reason: `pip could not install: ${lastLine(installed)}` };
}

function lastLine({ errors, output }: Run): string {
  return (errors || output).trim().split('\n').at(-1) ?? '';
}

async function readJson<T>(...path: readonly string[]): Promise<T> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as T;
}

/** Numbers cut to what every processor agrees on. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'number' ? Math.round(each * 1e4) / 1e4 : each)),
  );
}

/** A card without the distance of the file from the training library, which is what processors do not agree on. */
function withoutNoise(text: string): string {
  return text.replaceAll(/[\d.]+e-\d+ apart at most/g, '');
}

async function assertPredictsAsPython(context: TestContext, models: string, fixtures: string): Promise<void> {
  const gateway = await startTestGateway(context, models);
  for (const version of ['1', '2']) {
    const { samples, accuracy } = await readJson<HeldBack>(fixtures, `iris-${version}.json`);
    const document =
      'query($inputs: [IrisInput!]!, $version: VersionRef) { predict { irisBatch(inputs: $inputs, version: $version) { label } } }';
    const { data, errors } = await query(gateway, document, { inputs: samples.map(({ input }) => input), version });
    assert.deepEqual(errors, []);
    const labels = (data.predict.irisBatch as { label: string }[]).map(({ label }) => label);
    assert.deepEqual(
      labels,
      samples.map(({ predicted }) => predicted),
    );
    const right = samples.filter(({ expected }, index) => expected === labels[index]).length;
    assert.ok(samples.length >= 50);
    assert.ok(Math.abs(right / samples.length - accuracy) < 1e-9, `${right} of ${samples.length} are not ${accuracy}`);
    assert.ok(accuracy > 0.9);
  }
}

test(
  'the recipe of iris makes, from nothing, what ships, and the server predicts from it what Python predicted',
  { timeout: 3 * installBudgetMs + trainingBudgetMs },
  async (context) => {
    const folder = await temporaryFolder(context);
    const prepared = await preparePython(folder);
    if ('reason' in prepared) return context.skip(prepared.reason);
    const [models, fixtures] = [join(folder, 'models'), join(folder, 'held-back')];
    const recipe = ['-B', 'training/scikit-learn/iris.py', '--into', models, '--fixtures', fixtures];
    const trained = await runFile(prepared.python, recipe, trainingBudgetMs);
    assert.equal(trained.failure, null, trained.errors);

    for (const version of ['1', '2']) {
      const made = await readJson<Golden>(models, 'iris', version, 'golden.json');
      assert.deepEqual(comparable(made), comparable(await readJson(shippedModels, 'iris', version, 'golden.json')));
    }
    for (const text of ['README.md', 'model.yaml']) {
      const [made, shipped] = [join(models, 'iris', text), join(shippedModels, 'iris', text)];
      assert.equal(withoutNoise(await readFile(made, 'utf8')), withoutNoise(await readFile(shipped, 'utf8')));
    }
    await assertPredictsAsPython(context, models, fixtures);
  },
);
