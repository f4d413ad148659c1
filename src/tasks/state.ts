import { GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import { ModelLoadError } from '../errors.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { formatShape } from '../tensors/shape.ts';
import { elementCount, type NamedTensors, type Tensor } from '../tensors/tensor.ts';
import { describeOutputs } from './model-outputs.ts';
import type { RowPort } from './row-signature.ts';
import { readStateToken, writeStateToken } from './state-token.ts';
import type { BoundTask, EncodedRow, FeatureInfo, Task, TaskContext, TaskInput } from './task.ts';

/** An output that goes back in as an input of the next call. */
interface StatePair {
  readonly output: RowPort;
  readonly input: RowPort;
}

const description =
  'The `state` of the call before in the same sequence; left out, a new sequence begins, from zeros. It holds for this version only.';

/**
 * Binds a task. Where the manifest names a state, the task sees neither its inputs nor its outputs: clients carry it
 * from call to call as an opaque token, so that any replica can take the next call of a sequence.
 * @throws ModelLoadError when the state does not fit the model, or as the task does.
 */
export function bindWithState(task: Task, context: TaskContext): BoundTask {
  const pairs = statePairs(context);
  if (pairs.length === 0) return task.bind(context);
  const { signature, typePrefix } = context;
  const without = (ports: readonly RowPort[], taken: readonly RowPort[]) =>
    ports.filter((port) => !taken.includes(port));
  const stateInputs = pairs.map(({ input }) => input);
  const stateOutputs = pairs.map(({ output }) => output);
  const inputs = without(signature.inputs, stateInputs);
  const outputs = without(signature.outputs, stateOutputs);
  const bound = task.bind({ ...context, signature: { ...signature, inputs, outputs } });
  refuseTakenField(bound, typePrefix);
  const outputNames = stateOutputs.map(({ name }) => name);
  return {
    ...bound,
    inputType: withInputState(bound.inputType),
    outputType: withOutputState(bound.outputType),
    features: [...bound.features, stateFeature],
    // The state of a row is read and written with it.
    encodeMany: undefined,
    decodeMany: undefined,
    encode(input, limits) {
      const { state, ...own } = input;
      const encoded = bound.encode(Object.assign(Object.create(null) as TaskInput, own), limits);
      const add = (row: EncodedRow): EncodedRow => {
        const sizes = sizesOf(row.tensors, inputs);
        const added =
          state === undefined || state === null
            ? zeroState(stateInputs, sizes)
            : readStateToken(state, context, stateInputs, sizes);
        return { ...row, tensors: new Map([...row.tensors, ...added]) };
      };
      return encoded instanceof Promise ? encoded.then(add) : add(encoded);
    },
    outputsFor: (fields) => [...bound.outputsFor(fields), ...(fields.has('state') ? outputNames : [])],
    decode(row, encoded) {
      const result = bound.decode(row, encoded);
      const tensors = outputNames.map((name) => row.get(name)).filter((tensor) => tensor !== undefined);
      return tensors.length < pairs.length
        ? result
        : Object.assign(result, { state: writeStateToken(context, tensors) });
    },
  };
}

/** @throws ModelLoadError */
function statePairs({ manifest, signature }: TaskContext): readonly StatePair[] {
  const pairs = Object.entries(manifest.state ?? {}).map(([outputName, inputName]): StatePair => {
    const says = `The manifest says state: ${outputName}: ${inputName}`;
    const output = signature.outputs.find(({ name }) => name === outputName);
    const input = signature.inputs.find(({ name }) => name === inputName);
    if (output === undefined) {
      throw new ModelLoadError(
        `${says}, and the model has no output "${outputName}": it gives ${describeOutputs(signature.outputs)}.`,
      );
    }
    if (input === undefined) {
      throw new ModelLoadError(
        `${says}, and the model has no input "${inputName}": it takes ${describeOutputs(signature.inputs)}.`,
      );
    }
    if (!canBeFedBack(output, input)) {
      const [given, taken] = [output, input].map(({ datatype, shape }) => `${datatype} ${formatShape(shape)}`);
      throw new ModelLoadError(
        `${says}, and the output is ${given}, the input ${taken}: a state is of numbers, alike in both.`,
      );
    }
    return { output, input };
  });
  const twice = pairs.find(({ input }, index) => pairs.findIndex((other) => other.input === input) !== index);
  if (twice === undefined) return pairs;
  throw new ModelLoadError(
    `The manifest feeds two outputs back into the input "${twice.input.name}": say one of them.`,
  );
}

function canBeFedBack(output: RowPort, input: RowPort): boolean {
  if (output.datatype !== input.datatype || datatypes[input.datatype].array === null) return false;
  if (input.shape === null) return false;
  if (output.shape === null) return true;
  if (output.shape.length !== input.shape.length) return false;
  return output.shape.every((size, index) => {
    const other = input.shape?.[index];
    return typeof size !== 'number' || typeof other !== 'number' || size === other;
  });
}

function refuseTakenField({ inputType, outputType }: BoundTask, typePrefix: string): void {
  const taken = [inputType, outputType].find((type) => Object.hasOwn(type.getFields(), 'state'));
  if (taken === undefined) return;
  throw new ModelLoadError(
    `The type ${taken.name} has a field "state" already, which the state of ${typePrefix} needs; rename that input or output.`,
  );
}

function withInputState(type: GraphQLInputObjectType): GraphQLInputObjectType {
  const config = type.toConfig();
  return new GraphQLInputObjectType({
    ...config,
    fields: { ...config.fields, state: { type: GraphQLString, description } },
  });
}

function withOutputState(type: GraphQLObjectType): GraphQLObjectType {
  const { fields, ...config } = type.toConfig();
  const { meta, ...own } = fields;
  const state = {
    type: new GraphQLNonNull(GraphQLString),
    description: 'The state after this call, for the `state` of the next call in the same sequence.',
  };
  return new GraphQLObjectType({ ...config, fields: { ...own, state, ...(meta === undefined ? {} : { meta }) } });
}

const stateFeature: FeatureInfo = {
  name: 'state',
  originalName: null,
  type: 'String',
  description,
  unit: null,
  min: null,
  max: null,
  categories: null,
  nullable: true,
  example: null,
};

/** The sizes that the named dimensions have in this row: a state of `[2, batch, 64]` has the batch of its input. */
function sizesOf(row: NamedTensors, ports: readonly RowPort[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, shape } of ports) {
    for (const [index, dimension] of (shape ?? []).entries()) {
      const size = row.get(name)?.shape[index];
      if (typeof dimension === 'string' && size !== undefined) sizes.set(dimension, size);
    }
  }
  return sizes;
}

/** Where a sequence begins. Dimensions that nothing tells are 1. */
function zeroState(ports: readonly RowPort[], sizes: ReadonlyMap<string, number>): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const { name, datatype, shape: pattern } of ports) {
    const shape = (pattern ?? []).map((size) =>
      typeof size === 'number' ? size : typeof size === 'string' ? (sizes.get(size) ?? 1) : 1,
    );
    const { array: TypedArray, bytes } = datatypes[datatype];
    if (TypedArray === null || bytes === null) throw new Error('Strings are no state.');
    tensors.set(name, { datatype, shape, data: new TypedArray(new ArrayBuffer(elementCount(shape) * bytes)) });
  }
  return tensors;
}
