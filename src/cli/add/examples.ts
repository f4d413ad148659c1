import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { GatewayError, mayBeShown, ModelLoadError, systemCode } from '../../errors.ts';
import type { ServedModel } from '../../inference/served-model.ts';
import { predictRows } from '../../inference/predict-rows.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { tensorToValues, valuesToTensor } from '../../tensors/values.ts';

/** An input that somebody gave, to be run. */
export interface GivenExample {
  readonly name: string;
  /** The input as a client sends it, or a value for each input of the graph. */
  readonly kind: 'input' | 'inputs';
  readonly values: Readonly<Record<string, unknown>>;
}

/** Wide enough for another CPU and another version of the runtime. */
const tolerance = { absolute: 1e-4, relative: 1e-4 };
/** How long one call may take. */
const callTimeoutMs = 120_000;

/**
 * Reads inputs from a list as JSON, or from lines of JSON: each as a client sends it, or `{ "inputs": { … } }` with a
 * value for each input of the graph; both may have a `name` where `inputs` or `input` is said.
 * @throws ModelLoadError
 */
export async function readExamples(path: string): Promise<readonly GivenExample[]> {
  const file = basename(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ModelLoadError(`${path} cannot be read (${systemCode(error)}).`, { cause: error });
  }
  const entries = parseEntries(text, file);
  if (entries.length === 0) throw new ModelLoadError(`${file} has no example.`);
  return entries.map((entry, index) => {
    if (isMapping(entry)) return readEntry(entry, `example ${index}`);
    throw new ModelLoadError(`${file}: example ${index} is no object with a value for each field.`);
  });
}

function readEntry(entry: Readonly<Record<string, unknown>>, place: string): GivenExample {
  const { name, input, inputs, ...others } = entry;
  const given = isMapping(inputs) ? inputs : isMapping(input) ? input : null;
  // A model may have a feature of that name.
  if (given === null || Object.keys(others).length > 0) return { name: place, kind: 'input', values: entry };
  return { name: typeof name === 'string' ? name : place, kind: given === inputs ? 'inputs' : 'input', values: given };
}

function parseEntries(text: string, file: string): readonly unknown[] {
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? whole : [whole];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      // What is wrong with the whole says more than what is wrong with a line of it.
    }
    const said = error instanceof Error ? error.message : String(error);
    throw new ModelLoadError(`${file} is no JSON: ${said}.`, { cause: error });
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Runs a model on the examples, and says what it gave, as the text of golden examples.
 * @param runtime name and version of what computes them.
 * @throws ModelLoadError naming the example that does not fit, or on which the model fails.
 */
export async function makeGolden(
  served: ServedModel,
  examples: readonly GivenExample[],
  runtime: string,
): Promise<string> {
  const outputs = served.rowSignature.outputs.map(({ name }) => name);
  const lines: string[] = [];
  for (const example of examples) {
    const row = await rowOf(served, example);
    const deadlineAt = served.clock.now() + callTimeoutMs;
    const [answer] = await predictRows(served.batcher, [row], { outputs, deadlineAt });
    if (answer === undefined) throw new Error('The batcher answered fewer rows than it was given.');
    if (mayBeShown(answer)) throw new ModelLoadError(`${example.name}: ${answer.message}`, { cause: answer });
    if (answer instanceof Error) throw answer;
    const given = Object.fromEntries([...answer.outputs].map(([name, tensor]) => [name, tensorToValues(tensor)]));
    lines.push(JSON.stringify({ name: example.name, [example.kind]: example.values, outputs: given }));
  }
  const reference = `${runtime} by inferql add: from the model itself, guards against changes of runtime and preprocessing, not of training`;
  return [
    '{',
    `  "tolerance": ${JSON.stringify(tolerance)},`,
    `  "reference": ${JSON.stringify(reference)},`,
    '  "examples": [',
    lines.map((line) => `    ${line}`).join(',\n'),
    '  ]',
    '}\n',
  ].join('\n');
}

async function rowOf({ task, rowSignature }: ServedModel, { name, kind, values }: GivenExample): Promise<NamedTensors> {
  try {
    if (kind === 'input') return (await task.encode(values)).tensors;
    return new Map(
      rowSignature.inputs.map((port) => [
        port.name,
        valuesToTensor(values[port.name], port.datatype, port.shape, port.name),
      ]),
    );
  } catch (error) {
    if (error instanceof GatewayError) throw new ModelLoadError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}
