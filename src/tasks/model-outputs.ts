import { ModelLoadError } from '../errors.ts';
import { formatShape } from '../tensors/shape.ts';
import type { RowPort } from './row-signature.ts';
import type { TaskContext } from './task.ts';

/**
 * The output that the manifest names for a part.
 * @returns null where it names none.
 * @throws ModelLoadError when the model has none of that name, or one that cannot be it.
 */
export function namedOutput(
  { signature, manifest }: TaskContext,
  part: 'label' | 'scores' | 'value',
  fits: (port: RowPort) => boolean,
): RowPort | null {
  const name = manifest.outputs[part];
  if (name === undefined) return null;
  const found = signature.outputs.find((port) => port.name === name);
  const has = `the model gives ${describeOutputs(signature.outputs)}`;
  if (found === undefined) throw new ModelLoadError(`The manifest says outputs.${part}: "${name}", and ${has}.`);
  if (!fits(found)) throw new ModelLoadError(`The output "${name}" cannot be the ${part}: ${has}.`);
  return found;
}

/** Outputs for a message: `"probabilities" FP32 [3]`. */
export function describeOutputs(outputs: readonly RowPort[]): string {
  return outputs.map(({ name, datatype, shape }) => `"${name}" ${datatype} ${formatShape(shape)}`).join(', ');
}
