import { type GraphQLFieldConfig, type GraphQLInputFieldConfig, GraphQLNonNull, type GraphQLScalarType } from 'graphql';
import { GatewayError, ModelLoadError, badInput, describeValue } from '../errors.ts';
import { base64ToTensor } from '../tensors/base64.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { elementReaders } from '../tensors/elements.ts';
import { tensorNumbers } from '../tensors/numbers.ts';
import { type DimensionBindings, formatShape } from '../tensors/shape.ts';
import type { NamedTensors, Tensor } from '../tensors/tensor.ts';
import { valuesToTensor } from '../tensors/values.ts';
import { exampleSentence, requireExample } from './feature-example.ts';
import {
  elementType,
  inputType,
  isSingleElement,
  predictionType,
  refuseUnknownNames,
  tensorType,
} from './field-types.ts';
import { distinctNames } from './names.ts';
import type { ManifestFeature } from '../repository/manifest.ts';
import type { RowPort } from './row-signature.ts';
import type { BoundTask, FeatureInfo, Task, TaskContext, TaskInput } from './task.ts';

/**
 * The task of a model of which nothing is known but its signature: one field for each input and each output.
 * What is one element in a row is a plain GraphQL value, everything larger is a tensor.
 */
export const tensorTask: Task = { name: 'tensor', uses: ['features'], bind };

/** An input or output with the name of its field. */
interface NamedPort {
  readonly field: string;
  readonly port: RowPort;
  readonly single: boolean;
}

function bind(context: TaskContext): BoundTask {
  const { signature, types } = context;
  const inputs = namedPorts(signature.inputs, 'inputs of the model');
  // The interface `Prediction` has a field `meta` of its own.
  const outputs = namedPorts(signature.outputs, 'outputs of the model', (name) => (name === 'meta' ? 'meta_' : name));
  const notes = featureNotes(context);
  const features = inputs.map((input) => featureInfo(input, context, notes.get(input.port.name)));
  const inputFields = inputs.map((input, index): [string, GraphQLInputFieldConfig] => [
    input.field,
    {
      type: new GraphQLNonNull((input.single ? elementType : tensorType)(input.port.datatype, types)),
      description: features[index]?.description,
    },
  ]);
  const known = new Set(inputs.map(({ field }) => field));
  return {
    inputType: inputType(context, Object.fromEntries(inputFields)),
    outputType: predictionType(context, Object.fromEntries(outputs.map((output) => outputField(output, context)))),
    features,
    labels: null,
    encode(input) {
      refuseUnknownNames(input, known);
      return { tensors: encodeRow(inputs, input) };
    },
    outputsFor: (fields) => outputs.filter(({ field }) => fields.has(field)).map(({ port }) => port.name),
    decode: (row) => decodeRow(outputs, row),
  };
}

function namedPorts(ports: readonly RowPort[], what: string, rename?: (name: string) => string): readonly NamedPort[] {
  const names = distinctNames(
    ports.map(({ name }) => name),
    what,
    rename,
  );
  return ports.map((port, index) => ({ field: names[index] ?? '', port, single: isSingleElement(port) }));
}

/** What the manifest may say of an input: nothing but the tabular tasks checks values of features. */
type FeatureNote = Pick<ManifestFeature, 'name' | 'description' | 'unit' | 'example'>;

function featureNotes({ manifest, signature }: TaskContext): ReadonlyMap<string, FeatureNote> {
  const notes = new Map<string, FeatureNote>();
  for (const feature of manifest.features ?? []) {
    const name = feature.input ?? feature.name;
    if (!signature.inputs.some((port) => port.name === name)) {
      const inputs = signature.inputs.map((port) => port.name).join(', ');
      throw new ModelLoadError(`The feature "${feature.name}" is no input of the model; its inputs are ${inputs}.`);
    }
    const { name: _name, input: _input, description, unit, nullable, example, ...checks } = feature;
    const unused = Object.entries({ ...checks, nullable: nullable ? true : undefined }).find(
      ([, value]) => value !== undefined,
    );
    if (unused !== undefined) {
      throw new ModelLoadError(
        `The task tensor takes no ${unused[0]} for the feature "${feature.name}"; say task: tabular-classification or tabular-regression.`,
      );
    }
    if (notes.has(name)) throw new ModelLoadError(`The manifest has two features for the input "${name}".`);
    notes.set(name, { name: feature.name, description, unit, example });
  }
  return notes;
}

function featureInfo(named: NamedPort, { types }: TaskContext, note: FeatureNote | undefined): FeatureInfo {
  const { field, port, single } = named;
  const { datatype, name } = port;
  const type = (single ? elementType : tensorType)(datatype, types);
  const own = note?.description === undefined ? '' : `${note.description.replace(/\.$/, '')}. `;
  const unit = note?.unit === undefined ? '' : `, in ${note.unit}`;
  if (note !== undefined) requireFittingExample(note, named, type);
  const example = note?.example === undefined ? '' : ` ${exampleSentence(note.example)}`;
  return {
    name: field,
    originalName: field === name ? null : name,
    type: `${type.name}!`,
    description: `${own}${describePort(named)}${unit}.${example}`,
    unit: note?.unit ?? null,
    min: null,
    max: null,
    categories: null,
    nullable: false,
    example: note?.example ?? null,
  };
}

function requireFittingExample(note: FeatureNote, named: NamedPort, type: GraphQLScalarType): void {
  if (named.single || note.example === undefined) {
    const { datatype } = named.port;
    // NaN and the infinities, which tensors take as words, are no values of the type Float.
    const isFloat = datatypes[datatype].json === 'float';
    const expected = isFloat ? `a number that fits ${datatype}` : elementReaders[datatype].expected;
    requireExample(note, type, expected, (value) => encodeValues(value, named, new Map()));
    return;
  }
  throw new ModelLoadError(
    `The feature "${note.name}" has an example, which is one value, and its input takes a tensor; golden.json can hold whole inputs.`,
  );
}

function describePort({ field, single, port: { name, datatype, shape, classLabels } }: NamedPort): string {
  const original = field === name ? '' : `, \`${name}\` in the model's file`;
  if (single) return `One ${datatype}${original}`;
  const classes = classLabels?.join(', ') ?? '';
  const columns = classes === '' || classes.length > 200 ? '' : `, the columns standing for ${classes}`;
  return `${datatype} of ${shape === null ? 'any shape' : `shape ${formatShape(shape)}`}${columns}${original}`;
}

function outputField(named: NamedPort, { types }: TaskContext): [string, GraphQLFieldConfig<unknown, unknown>] {
  const { field, port, single } = named;
  const description = `${describePort(named)}.`;
  if (!single) return [field, { type: new GraphQLNonNull(types.tensor), description }];
  const type = elementType(port.datatype, types);
  if (type.name !== 'Float') return [field, { type: new GraphQLNonNull(type), description }];
  return [
    field,
    {
      type,
      description: `${description} Null, with an error, where the model gives NaN or an infinity; \`infer\` returns those.`,
      resolve: (source) => requireFinite((source as Readonly<Record<string, unknown>>)[field], port.name),
    },
  ];
}

function requireFinite(value: unknown, output: string): unknown {
  if (Number.isFinite(value)) return value;
  const message = `The model gave ${describeValue(value)} for the output "${output}", which is no number of GraphQL; use infer.`;
  throw new GatewayError('INFERENCE_FAILED', message);
}

function encodeRow(inputs: readonly NamedPort[], input: TaskInput): NamedTensors {
  const bindings: DimensionBindings = new Map();
  const row = new Map<string, Tensor>();
  const later: NamedPort[] = [];
  for (const named of inputs) {
    const value = input[named.field];
    if (isBase64(value, named)) later.push(named);
    else row.set(named.port.name, encodeValues(value, named, bindings));
  }
  // Bytes do not tell two open sizes; lists among the other inputs may have told one of them.
  for (const { field, port } of later) {
    row.set(port.name, base64ToTensor(String(input[field]), port.datatype, port.shape, field, bindings));
  }
  return row;
}

/** A lone string is base64 except where it is the element itself, as "NaN" is in a tensor of any shape. */
function isBase64(value: unknown, { port: { datatype, shape }, single }: NamedPort): boolean {
  if (typeof value !== 'string' || single || datatype === 'BYTES') return false;
  return shape !== null || elementReaders[datatype].allocate(1).fill([value], 0) !== -1;
}

function encodeValues(value: unknown, { field, port, single }: NamedPort, bindings: DimensionBindings): Tensor {
  const { datatype, shape } = port;
  if (value === undefined)
    throw badInput({ reason: 'MISSING', input: field, expected: 'a value', received: 'nothing' });
  if (!single) return valuesToTensor(value, datatype, shape, field, { bindings });
  const reader = elementReaders[datatype];
  const store = reader.allocate(1);
  if (store.fill([value], 0) === -1) return { datatype, shape: (shape ?? []).map(() => 1), data: store.data() };
  throw badInput({
    reason: reader.reason(value),
    input: field,
    expected: reader.expected,
    received: describeValue(value),
  });
}

function decodeRow(outputs: readonly NamedPort[], row: NamedTensors): object {
  const source: Record<string, unknown> = {};
  for (const { field, port, single } of outputs) {
    const tensor = row.get(port.name);
    if (tensor !== undefined) source[field] = single ? element(tensor, port.name) : tensor;
  }
  return source;
}

function element(tensor: Tensor, output: string): unknown {
  const { datatype, data } = tensor;
  if (data.length !== 1) {
    throw new GatewayError(
      'INFERENCE_FAILED',
      `The model gave ${data.length} elements for the output "${output}", and its file declares one.`,
    );
  }
  if (datatype === 'BOOL') return data[0] === 1;
  return datatype === 'FP16' ? tensorNumbers(tensor)[0] : data[0];
}
