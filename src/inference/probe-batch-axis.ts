import type { OpenModel } from '../backends/backend.ts';
import { GatewayError } from '../errors.ts';
import type { RowSignature } from '../tasks/row-signature.ts';
import { stackBlocks } from '../tensors/row-block.ts';
import { zeroRow } from './zero-row.ts';

/**
 * Tries on the loaded model what its file only declares: that two rows in give two rows out. Files often leave
 * dimensions unnamed, so that a model which sums over its first dimension looks like one that takes batches.
 * @returns why the first dimension is no batch dimension; null when it is, or when made-up rows cannot tell.
 */
export async function probeBatchAxis(
  model: OpenModel,
  { axis, inputs, outputs }: RowSignature,
): Promise<string | null> {
  if (axis.kind !== 'dynamic') return null;
  const row = { rows: 1, columns: zeroRow(inputs) };
  const batch = stackBlocks([row, row]);
  try {
    const names = outputs.map(({ name }) => name);
    const answer = await model.run(batch, names);
    for (const name of names) {
      const first = answer.outputs.get(name)?.shape[0];
      if (first === 2) continue;
      return `For two rows the model gave the output "${name}" with ${first ?? 'no'} ${first === 1 ? 'row' : 'rows'}.`;
    }
    return null;
  } catch (error) {
    // Many models cannot run on zeros; then only what the file declares is known.
    if (error instanceof GatewayError && error.code === 'INFERENCE_FAILED') return null;
    throw error;
  }
}
