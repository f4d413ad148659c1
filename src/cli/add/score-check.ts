import type { GoldenExamples } from '../../inference/golden.ts';
import type { ServedModel } from '../../inference/served-model.ts';
import { zeroRow } from '../../inference/zero-row.ts';
import { predictRows } from '../../inference/predict-rows.ts';
import { tensorNumbers } from '../../tensors/numbers.ts';

const callTimeoutMs = 120_000;
/** Models of sixteen bits round. */
const slack = 0.01;

/**
 * Looks whether the scores of a classifier are the probabilities that clients take them for: exporters of PyTorch leave
 * the softmax out, and the outputs have any name.
 * @returns a sentence where they are not, for one example or for zeros; null where they are, or nothing can be said.
 */
export async function doubtScores(served: ServedModel, golden: GoldenExamples | null): Promise<string | null> {
  const { task, outputs: said } = served.manifest;
  if (!task.endsWith('-classification') || said.activation !== 'none') return null;
  const outputs = served.task.outputsFor(new Set(['scores']));
  const [output] = outputs;
  if (output === undefined) return null;
  const row = golden?.examples[0]?.row ?? zeroRow(served.rowSignature.inputs);
  const deadlineAt = served.clock.now() + callTimeoutMs;
  const [answer] = await predictRows(served.batcher, [row], { outputs, deadlineAt });
  const tensor = answer === undefined || answer instanceof Error ? undefined : answer.outputs.get(output);
  if (tensor === undefined) return null;
  const scores = Array.from(tensorNumbers(tensor));
  const least = Math.min(...scores);
  const greatest = Math.max(...scores);
  const sum = scores.reduce((one, other) => one + other, 0);
  const isProbable = least >= -slack && greatest <= 1 + slack && (scores.length === 1 || Math.abs(sum - 1) <= slack);
  if (isProbable || !Number.isFinite(sum)) return null;
  const range = `${Number(least.toPrecision(3))} to ${Number(greatest.toPrecision(3))}`;
  return `The scores in "${output}" are no probabilities, from ${range} in one row: where they are logits, say outputs: { activation: ${scores.length === 1 ? 'sigmoid' : 'softmax'} } in the manifest.`;
}
