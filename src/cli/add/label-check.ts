import type { ServedModel } from '../../inference/served-model.ts';
import { predictRows } from '../../inference/predict-rows.ts';
import { tensorNumbers } from '../../tensors/numbers.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { madeUpRows } from './made-up-rows.ts';

const callTimeoutMs = 120_000;
const madeUpCount = 8;

/** What the label is in the rows that were tried: the class of the greatest score, or that of the least. */
interface LabelCount {
  readonly rows: number;
  readonly greatest: number;
  readonly least: number;
}

/**
 * Looks whether the label of a classifier is the class with the greatest score. A clusterer gives a label and scores as
 * well, and its scores are distances: clients would see the classes upside down. Ties and rows on which the model fails
 * say nothing; most rows decide, since the label of a few classifiers comes from elsewhere than their probabilities.
 * @param given rows to look at besides made-up ones.
 * @returns a sentence where it is another one; null where it is, or nothing can be said.
 */
export async function doubtLabel(served: ServedModel, given: readonly NamedTensors[]): Promise<string | null> {
  if (!served.manifest.task.endsWith('-classification')) return null;
  // What a score needs: the label, where the model gives one, and the scores.
  const [label, scores] = served.task.outputsFor(new Set(['score']));
  if (label === undefined || scores === undefined) return null;
  const rows = [...given, ...madeUpRows(served.rowSignature.inputs, madeUpCount)];
  const count = await countLabels(served, rows, { label, scores });
  if (count.greatest * 2 >= count.rows) return null;
  const means =
    count.least === count.rows
      ? 'it is that of the least, so that the scores are distances, as of a clusterer, and no probabilities'
      : 'so that the scores are none of these labels';
  return `The "${label}" is not the class of the greatest score in "${scores}" in ${count.rows - count.greatest} of ${count.rows} rows that were tried: ${means}.`;
}

async function countLabels(
  served: ServedModel,
  rows: readonly NamedTensors[],
  { label, scores }: { readonly label: string; readonly scores: string },
): Promise<LabelCount> {
  const classes = served.rowSignature.outputs.find(({ name }) => name === scores)?.classLabels ?? null;
  const count = { rows: 0, greatest: 0, least: 0 };
  for (const row of rows) {
    const deadlineAt = served.clock.now() + callTimeoutMs;
    const [answer] = await predictRows(served.batcher, [row], { outputs: [label, scores], deadlineAt });
    if (answer === undefined || answer instanceof Error) continue;
    const [said, tensor] = [answer.outputs.get(label)?.data[0], answer.outputs.get(scores)];
    if (said === undefined || tensor === undefined) continue;
    const values = Array.from(tensorNumbers(tensor));
    const score = values[classes === null ? Number(said) : classes.indexOf(String(said))];
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (score === undefined || !(least < greatest)) continue;
    count.rows += 1;
    if (score === greatest) count.greatest += 1;
    if (score === least) count.least += 1;
  }
  return count;
}
