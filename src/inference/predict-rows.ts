import { packRows, rowOf } from '../tensors/row-block.ts';
import type { NamedTensors } from '../tensors/tensor.ts';
import type { Batcher } from './batching/batcher.ts';
import type { PredictOptions, RowAnswers } from './batching/contract.ts';

/** The answer to one row: its outputs without the batch dimension, as views. */
export type PredictedRow = Omit<RowAnswers, 'outputs'> & { readonly outputs: NamedTensors };

/**
 * Predicts rows that are tensors already, for whoever looks at each answer by itself.
 * @returns the answer to row `i` at index `i`; a row that failed has its error there.
 * @throws GatewayError where all of them are refused.
 */
export async function predictRows(
  batcher: Pick<Batcher, 'predict'>,
  rows: readonly NamedTensors[],
  options: PredictOptions,
): Promise<(PredictedRow | Error)[]> {
  const results: (PredictedRow | Error)[] = Array<PredictedRow | Error>(rows.length);
  await batcher.predict(packRows(rows), options, (answer, first, count) => {
    for (let place = 0; place < count; place += 1) {
      results[first + place] = answer instanceof Error ? answer : { ...answer, outputs: rowOf(answer.outputs, place) };
    }
  });
  return results;
}
