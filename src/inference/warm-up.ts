import { mayBeShown, ModelLoadError } from '../errors.ts';
import type { PredictOptions } from './batching/contract.ts';
import { findDifference, goldenFileName, type GoldenExample, type GoldenExamples } from './golden.ts';
import { type PredictedRow, predictRows } from './predict-rows.ts';
import type { ServedModel } from './served-model.ts';
import { elementCount, type NamedTensors } from '../tensors/tensor.ts';
import { zeroRow } from './zero-row.ts';

/** How long the calls of a warm-up may take, all together. */
const warmUpTimeoutMs = 120_000;

/**
 * Makes a version's first calls, at batch sizes 1 and max, so that no client waits for them, and compares its golden
 * examples, alone and in a full batch. Without golden examples the rows are zeros; many models cannot run on those, so
 * that failing on them is noted and nothing more.
 * @throws ModelLoadError when a golden example fails or differs.
 */
export async function warmUp(served: ServedModel, golden: GoldenExamples | null): Promise<void> {
  const outputs = served.rowSignature.outputs.map(({ name }) => name);
  const options: PredictOptions = { outputs, deadlineAt: served.clock.now() + warmUpTimeoutMs };
  if (golden === null) await runZeros(served, options);
  else await compareGolden(served, golden, options);
}

async function runZeros(served: ServedModel, options: PredictOptions): Promise<void> {
  const row = zeroRow(served.rowSignature.inputs);
  const most = mostRows(row, served.batching.maxBatchSize);
  for (const size of new Set([1, most])) {
    const rows = Array<NamedTensors>(size).fill(row);
    const answers = await predictRows(served.batcher, rows, options);
    if (size === most) await repeat(served, rows, answers, options);
    const failure = answers.find((answer) => answer instanceof Error);
    if (failure === undefined) continue;
    served.notes.push(
      `The warm-up on zeros failed; the version has no golden examples to try instead: ${failure.message}`,
    );
    return;
  }
}

/** Elements that a call of the warm-up may have: half a gigabyte of floats. */
const mostElements = 2 ** 27;

/** As many rows as a call may have, but for rows so large that they would take all memory. */
function mostRows(row: NamedTensors, maxBatchSize: number): number {
  let elements = 1;
  for (const { shape } of row.values()) elements += elementCount(shape);
  return Math.max(1, Math.min(maxBatchSize, Math.floor(mostElements / elements)));
}

/** A call that took longer is not repeated: it says enough of how long calls take. */
const longestRepeatedMs = 5;
const repetitions = 3;

/**
 * Runs a full batch some times more: the first call of a size also sets memory up, and the backend goes by how long calls
 * take. Failures were seen the first time.
 */
async function repeat(
  served: ServedModel,
  rows: readonly NamedTensors[],
  answers: readonly (PredictedRow | Error)[],
  options: PredictOptions,
): Promise<void> {
  const [first] = answers;
  if (first === undefined || first instanceof Error || first.computeMs > longestRepeatedMs) return;
  for (let done = 0; done < repetitions; done += 1) await predictRows(served.batcher, rows, options);
}

async function compareGolden(served: ServedModel, golden: GoldenExamples, options: PredictOptions): Promise<void> {
  for (const example of golden.examples) {
    const [alone] = await predictRows(served.batcher, [example.row], options);
    check(alone, example, golden, 'alone');
  }
  const { maxBatchSize } = served.batching;
  if (maxBatchSize === 1) return;
  for (let first = 0; first < golden.examples.length; first += maxBatchSize) {
    const batch = fullBatch(golden.examples, first, maxBatchSize);
    const rows = batch.map(({ row }) => row);
    const answers = await predictRows(served.batcher, rows, options);
    for (const [index, example] of batch.entries()) check(answers[index], example, golden, 'in a batch');
    if (first + maxBatchSize >= golden.examples.length) await repeat(served, rows, answers, options);
  }
}

/** As many examples, from one of them on, as often around as it takes. */
function fullBatch(examples: readonly GoldenExample[], first: number, size: number): readonly GoldenExample[] {
  const turned = [...examples.slice(first), ...examples.slice(0, first)];
  const times = Math.ceil(size / turned.length);
  return Array.from({ length: times }, () => turned)
    .flat()
    .slice(0, size);
}

const adviceAlone =
  'Is the model another than the examples were made with? Export it again, make the examples again, or widen their tolerance.';
const adviceInBatch =
  'Alone it fits, so that rows of a batch change each other: say batching: { enabled: false } in the manifest, or widen the ' +
  'tolerance where the difference is small.';

function check(
  answer: { outputs: NamedTensors } | Error | undefined,
  example: GoldenExample,
  golden: GoldenExamples,
  how: 'alone' | 'in a batch',
): void {
  const where = `${goldenFileName}: ${example.name}, ${how}`;
  if (mayBeShown(answer)) throw new ModelLoadError(`${where}: ${answer.message}`, { cause: answer });
  if (answer instanceof Error) throw answer;
  if (answer === undefined) throw new Error('The batcher answered fewer rows than it was given.');
  const difference = findDifference(example, answer.outputs, golden.tolerance);
  if (difference === null) return;
  throw new ModelLoadError(`${where}: ${difference}. ${how === 'alone' ? adviceAlone : adviceInBatch}`);
}
