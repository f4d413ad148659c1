import { z } from 'zod';
import { GatewayError, ModelLoadError } from '../errors.ts';
import { readTextFile } from '../repository/text-file.ts';
import type { RowPort } from '../tasks/row-signature.ts';
import type { TaskInput } from '../tasks/task.ts';
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
  examples: z
    .array(
      z.object({ name: z.string().optional(), inputs: values.optional(), input: values.optional(), outputs: values }),
    )
    .min(1),
});

/** Inputs with the outputs that are expected of them, one row each. */
export interface GoldenExample {
  readonly name: string;
  readonly row: NamedTensors;
  /** The input that the task made the row of, as a client sends it; null where the example gives the row itself. */
  readonly input: TaskInput | null;
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
  served: Pick<ServedModel, 'rowSignature' | 'task'>,
): Promise<GoldenExamples | null> {
  const text = await readTextFile(path);
  if (text === null) return null;
  const checked = goldenFile.safeParse(parseJson(text));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new ModelLoadError(`${goldenFileName}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { inputs, outputs } = served.rowSignature;
  const examples: GoldenExample[] = [];
  for (const [index, example] of checked.data.examples.entries()) {
    const name = example.name ?? `example ${index}`;
    const { input = null } = example;
    if ((input === null) === (example.inputs === undefined)) {
      throw new ModelLoadError(
        `${goldenFileName}: ${name}: give either inputs, the tensors of a row, or input, what a client sends.`,
      );
    }
    const row =
      input === null ? readAll(example.inputs ?? {}, inputs, name, 'input') : await encode(served, input, name);
    const expected = readAll(example.outputs, outputs, name, 'output');
    examples.push({ name, row, input, expected });
    if (expected.size > 0) continue;
    throw new ModelLoadError(
      `${goldenFileName}: ${name}: there is no output to compare; the model has ${outputs.map((port) => port.name).join(', ')}.`,
    );
  }
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
      if (fits(value, wanted, tolerance)) continue;
      return `${name}[${index}] is ${String(value)}, expected ${String(wanted)}${describeTolerance(wanted, tolerance)}`;
    }
  }
  return null;
}

function describeTolerance(wanted: unknown, { absolute, relative }: GoldenExamples['tolerance']): string {
  if (typeof wanted !== 'number' || !Number.isFinite(wanted)) return '';
  return ` (±${Number((absolute + relative * Math.abs(wanted)).toPrecision(2))})`;
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

/** The row of an input as a client sends it: the example holds for the way from input to row as well. */
async function encode({ task }: Pick<ServedModel, 'task'>, input: TaskInput, example: string): Promise<NamedTensors> {
  try {
    const { tensors } = await task.encode(input);
    return tensors;
  } catch (error) {
    if (error instanceof GatewayError) throw new ModelLoadError(`${goldenFileName}: ${example}: ${error.message}`);
    throw error;
  }
}

function readAll(
  given: Record<string, unknown>,
  ports: readonly RowPort[],
  example: string,
  kind: 'input' | 'output',
): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const name of Object.keys(given)) {
    if (!ports.some((port) => port.name === name)) {
      throw new ModelLoadError(
        `${goldenFileName}: ${example}: the model has no ${kind} "${name}"; it has ${ports.map((port) => port.name).join(', ')}.`,
      );
    }
  }
  for (const { name, datatype, shape } of ports) {
    if (!Object.hasOwn(given, name)) {
      // Outputs that are not expected to be anything are not compared.
      if (kind === 'input')
        throw new ModelLoadError(`${goldenFileName}: ${example}: there is nothing for the input "${name}".`);
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
    const said = error instanceof Error ? error.message : String(error);
    // Python writes these words into JSON.
    const hint = /(?:^|[\s,:[])-?(?:NaN|Infinity)\b/.test(text)
      ? ' Write "NaN", "Infinity" and "-Infinity" in quotes.'
      : '';
    throw new ModelLoadError(`${goldenFileName} is no JSON: ${said}.${hint}`, { incomplete: endsEarly(text) });
  }
}

/** Whether a text that is no JSON may have been cut: it ends in a string or before a bracket is closed, or has no word. */
function endsEarly(text: string): boolean {
  let open = 0;
  let isText = false;
  for (const [token] of text.matchAll(/\\[^]|["[\]{}]/g)) {
    if (token === '"') isText = !isText;
    else if (isText) continue;
    else if (token === '{' || token === '[') open += 1;
    else if (token === '}' || token === ']') open -= 1;
  }
  return isText || open > 0 || /^[\s\0]*$/.test(text);
}
