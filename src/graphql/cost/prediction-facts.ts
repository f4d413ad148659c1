import type { GraphQLField, GraphQLSchema } from 'graphql';
import type { ServedModel } from '../../inference/served-model.ts';
import type { Datatype } from '../../tensors/datatypes.ts';

/** What a field of `Predictions` says of itself to whoever counts what it costs. */
export interface PredictionFacts {
  readonly model: string;
  /** Whether it takes a list of inputs. */
  readonly isBatch: boolean;
  /** The fields of its input type that take whole tensors, with what their bytes are. */
  readonly tensors: readonly { readonly field: string; readonly datatype: Datatype }[];
}

const key = 'inferql';

/** For `extensions` of a field. */
export function predictionExtensions(facts: PredictionFacts): Readonly<Record<string, unknown>> {
  return { [key]: facts };
}

/** The facts of a field of `Predictions`; undefined where the schema has no such field. */
export function predictionFacts(schema: GraphQLSchema, field: string): PredictionFacts | undefined {
  const type = schema.getType('Predictions');
  if (type === undefined || !('getFields' in type)) return undefined;
  const found = type.getFields()[field] as Pick<GraphQLField<unknown, unknown>, 'extensions'> | undefined;
  return found?.extensions[key] as PredictionFacts | undefined;
}

/** The fields of a model's input type that take whole tensors. */
export function tensorFields({
  task,
  rowSignature,
}: Pick<ServedModel, 'task' | 'rowSignature'>): PredictionFacts['tensors'] {
  return task.features.flatMap(({ name, originalName, type }) => {
    const port = rowSignature.inputs.find((input) => input.name === (originalName ?? name));
    return port !== undefined && /Tensor\b/.test(type) ? [{ field: name, datatype: port.datatype }] : [];
  });
}
