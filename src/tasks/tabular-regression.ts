import { GraphQLFloat, GraphQLNonNull } from 'graphql';
import { GatewayError, ModelLoadError } from '../errors.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { tensorNumbers } from '../tensors/numbers.ts';
import type { RowBlock } from '../tensors/row-block.ts';
import { isSingleElement, predictionType } from './field-types.ts';
import { describeOutputs, namedOutput } from './model-outputs.ts';
import type { RowPort } from './row-signature.ts';
import { bindFeatures } from './tabular.ts';
import type { BoundTask, Task, TaskContext } from './task.ts';

/** Named features in, one number out. */
export const tabularRegression: Task = { name: 'tabular-regression', uses: ['features', 'outputs.value'], bind };

function bind(context: TaskContext): BoundTask {
  const { name } = valueOutput(context);
  const fields = { value: { type: new GraphQLNonNull(GraphQLFloat), description: 'The predicted value.' } };
  return {
    ...bindFeatures(context),
    outputType: predictionType(context, fields),
    labels: null,
    outputsFor: (selected) => (selected.has('value') ? [name] : []),
    decode: (row) => valueReader({ rows: 1, columns: row }, name)(0),
    decodeMany: (rows) => valueReader(rows, name),
  };
}

/** Reads the value of rows, each when it is asked for. */
function valueReader({ rows, columns }: RowBlock, name: string): (place: number) => { readonly value?: number } {
  const column = columns.get(name);
  if (column === undefined) return () => ({});
  const numbers = tensorNumbers(column);
  const width = numbers.length / rows;
  return (place) => {
    const value = numbers[place];
    if (width === 1 && Number.isFinite(value)) return { value: value as number };
    const given = width === 1 ? String(value) : `${width} numbers`;
    throw new GatewayError(
      'INFERENCE_FAILED',
      `The model gave ${given} for the output "${name}", and one finite number was due.`,
    );
  };
}

function valueOutput(context: TaskContext): RowPort {
  const { outputs } = context.signature;
  const named = namedOutput(context, 'value', isNumber);
  if (named !== null) return named;
  const floats = outputs.filter((port) => isNumber(port) && datatypes[port.datatype].json === 'float');
  // Models of counts may give integers.
  const candidates = floats.length > 0 ? floats : outputs.filter(isNumber);
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const found = candidates.length === 0 ? 'No output is one number in each row' : 'Several outputs could be the value';
  throw new ModelLoadError(
    `${found}: the model gives ${describeOutputs(outputs)}; say outputs.value in the manifest, or use the task tensor.`,
  );
}

/** One number in each row, as far as the file says. */
function isNumber(port: RowPort): boolean {
  const { json } = datatypes[port.datatype];
  const open = port.shape === null || (port.shape.length === 1 && typeof port.shape[0] !== 'number');
  return json !== 'string' && json !== 'boolean' && (open || isSingleElement(port));
}
