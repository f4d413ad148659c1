import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { GatewayError, ModelLoadError } from '../errors.ts';
import type { RowPort } from '../tasks/row-signature.ts';
import type { NamedTensors, Tensor } from '../tensors/tensor.ts';
import { valuesToTensor } from '../tensors/values.ts';
import { fromHalfBits } from '../tensors/half-precision.ts';
import type { ServedModel } from './served-model.ts';

/** File name of the golden examples inside a version's folder. */
export const goldenFileName = 'golden.json';

const values = z.record(z.string(), z.unknown());

const goldenFile = z.object({
  tolerance: z
    .object({ absolute: z.number().min(0).default(1e-5), relative: z.number().min(0).default(1e-5) })
    .prefault({}),
  reference: z.string().optional(),
  examples: z.array(z.object({ name: z.string().optional(), inputs: values, outputs: values })).min(1),
});

/** Inputs with the outputs that are expected of them, one row each. */
export interface GoldenExample {
  readonly name: string;
  readonly row: NamedTensors;
  readonly expected: NamedTensors;
}

export interface GoldenExamples {
  /** An output fits when |got − expected| ≤ absolute + relative · |expected|, as numpy's `allclose` has it. */
  readonly tolerance: { readonly absolute: number; readonly relative: number };
  readonly examples: readonly GoldenExample[];
}

/**
 * Reads the golden examples of a version; null when it has none.
 * @throws ModelLoadError when the file is there and does not fit the model.
 */
export async function readGolden(
  path: string,
  served: Pick<ServedModel, 'rowSignature'>,
): Promise<GoldenExamples | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const checked = goldenFile.safeParse(parseJson(text));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new ModelLoadError(`${goldenFileName}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { inputs, outputs } = served.rowSignature;
  const examples = checked.data.examples.map((example, index) => {
    const name = example.name ?? `example ${index}`;
    return {
      name,
      row: readAll(example.inputs, inputs, name, true),
      expected: readAll(example.outputs, outputs, name, false),
    };
  });
  return { tolerance: checked.data.tolerance, examples };
}

/** Says where an answer differs from an example; null when it fits. */
export function findDifference(
  example: GoldenExample,
  got: NamedTensors,
  tolerance: GoldenExamples['tolerance'],
): string | null {
  for (const [name, expected] of example.expected) {
    const actual = got.get(name);
    if (actual === undefined) return `${name} is missing`;
    if (actual.shape.join() !== expected.shape.join())
      return `${name} has shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`;
    const actualElements = elements(actual);
    for (const [index, wanted] of elements(expected).entries()) {
      const value = actualElements[index];
      if (!fits(value, wanted, tolerance)) return `${name}[${index}] is ${String(value)}, expected ${String(wanted)}`;
    }
  }
  return null;
}

function fits(value: unknown, wanted: unknown, { absolute, relative }: GoldenExamples['tolerance']): boolean {
  if (typeof value !== 'number' || typeof wanted !== 'number') return value === wanted;
  if (Number.isNaN(value) || Number.isNaN(wanted)) return Number.isNaN(value) && Number.isNaN(wanted);
  return value === wanted || Math.abs(value - wanted) <= absolute + relative * Math.abs(wanted);
}

function elements({ datatype, data }: Tensor): readonly (number | bigint | string)[] {
  return datatype === 'FP16' && data instanceof Uint16Array
    ? Array.from(fromHalfBits(data))
    : Array.from<number | bigint | string>(data);
}

function readAll(
  given: Record<string, unknown>,
  ports: readonly RowPort[],
  example: string,
  all: boolean,
): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const name of Object.keys(given)) {
    if (!ports.some((port) => port.name === name)) {
      throw new ModelLoadError(
        `${goldenFileName}: ${example}: the model has no "${name}"; it has ${ports.map((port) => port.name).join(', ')}.`,
      );
    }
  }
  for (const { name, datatype, shape } of ports) {
    if (!Object.hasOwn(given, name)) {
      if (all) throw new ModelLoadError(`${goldenFileName}: ${example}: there is nothing for the input "${name}".`);
      continue;
    }
    try {
      tensors.set(name, valuesToTensor(given[name], datatype, shape, name));
    } catch (error) {
      if (error instanceof GatewayError) throw new ModelLoadError(`${goldenFileName}: ${example}: ${error.message}`);
      throw error;
    }
  }
  return tensors;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModelLoadError(`${goldenFileName} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
