import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';

type Answer = string | number;

/** What a recipe in training/ wrote: samples that the model never saw, and what its training library made of them. */
interface HeldBack {
  readonly model: string;
  readonly version: number;
  readonly reference: string;
  readonly accuracy?: number;
  readonly r2?: number;
  /** The mean of the embeddings of each class, of length 1. */
  readonly classMeans?: Readonly<Record<string, readonly number[]>>;
  readonly samples: readonly { readonly input: object; readonly expected: Answer; readonly predicted: Answer }[];
}

/** Rows in one request. */
const chunk = 100;
/** The field of the result that is compared, by the task. */
const answerFields: Readonly<Record<string, string>> = {
  tensor: 'label',
  'tabular-classification': 'label',
  'tabular-regression': 'value',
  'image-classification': 'label',
  'text-classification': 'label',
  'feature-extraction': 'embedding',
};

const folder = new URL('../fixtures/held-back/', import.meta.url);
const gateway = await startTestGateway({ after }, shippedModels);

/** The class whose mean is nearest to an embedding, by cosine. */
function nearestClass(embedding: readonly number[], classMeans: Required<HeldBack>['classMeans']): string {
  const cosine = (mean: readonly number[]) =>
    mean.reduce((sum, value, index) => sum + value * (embedding[index] ?? Number.NaN), 0);
  const [nearest] = Object.entries(classMeans).toSorted(([, one], [, other]) => cosine(other) - cosine(one));
  return nearest?.[0] ?? '';
}

async function predictAll({ model, version, samples, classMeans }: HeldBack, answerField: string, batchField: string) {
  const type = `${batchField.charAt(0).toUpperCase()}${batchField.slice(1, -'Batch'.length)}Input`;
  const document = `query($inputs: [${type}!]!, $version: VersionRef) { predict {
    ${batchField}(inputs: $inputs, version: $version) { answer: ${answerField} meta { version } }
  } }`;
  const answers: Answer[] = [];
  for (let start = 0; start < samples.length; start += chunk) {
    const inputs = samples.slice(start, start + chunk).map(({ input }) => input);
    const { data, errors } = await query(gateway, document, { inputs, version: String(version) });
    assert.deepEqual(errors, [], model);
    for (const { answer, meta } of data.predict[batchField]) {
      assert.equal(meta.version, version);
      answers.push(classMeans === undefined ? (answer as Answer) : nearestClass(answer as number[], classMeans));
    }
  }
  return answers;
}

/** The share of the answers that are true. */
function accuracyOf(answers: readonly Answer[], truth: readonly Answer[]): number {
  return answers.filter((answer, index) => String(answer) === String(truth[index])).length / answers.length;
}

/** How much of the spread of the truth the answers explain, as `sklearn.metrics.r2_score` has it. */
function r2Of(answers: readonly Answer[], truth: readonly Answer[]): number {
  const numbers = truth.map(Number);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = (from: (index: number) => number) =>
    numbers.reduce((sum, value, index) => sum + (value - from(index)) ** 2, 0);
  return 1 - squares((index) => Number(answers[index])) / squares(() => mean);
}

describe('samples that training never saw', async () => {
  for (const file of await readdir(folder)) {
    const heldBack = JSON.parse(await readFile(new URL(file, folder), 'utf8')) as HeldBack;
    const { model, version, reference, samples, accuracy, r2 } = heldBack;

    test(`${model} ${version}: the server answers what ${reference} answered, and is as good`, async (context) => {
      // The manifest may serve another version.
      const loading =
        'mutation($model: ID!, $version: VersionRef) { loadModel(model: $model, version: $version) { name } }';
      assert.deepEqual((await query(gateway, loading, { model, version })).errors, []);
      const asked = await query(gateway, 'query($model: ID!) { model(name: $model) { task batchField } }', { model });
      const { task, batchField } = asked.data.model as { task: string; batchField: string };
      const answerField = answerFields[task];
      if (answerField === undefined) return context.skip(`A result of ${task} is not one answer.`);
      const answers = await predictAll(heldBack, answerField, batchField);
      const truth = samples.map(({ expected }) => expected);
      for (const [index, { predicted }] of samples.entries()) {
        const answer = answers[index];
        if (task !== 'tabular-regression') assert.equal(String(answer), String(predicted), `sample ${index}`);
        else assert.ok(Math.abs(Number(answer) - Number(predicted)) < 1e-2, `sample ${index}: ${answer}, ${predicted}`);
      }
      if (accuracy !== undefined) assert.ok(Math.abs(accuracyOf(answers, truth) - accuracy) < 1e-9);
      if (r2 !== undefined) assert.ok(Math.abs(r2Of(answers, truth) - r2) < 1e-4);
      assert.ok(accuracy !== undefined || r2 !== undefined);
    });
  }
});
