import { type GraphQLFieldConfig, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import { GatewayError, badInput, describeValue } from '../errors.ts';
import type { TensorData } from '../tensors/datatypes.ts';
import { type RowBlock, sliceColumn } from '../tensors/row-block.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { type ClassScore, classScores, indexOfGreatest, rankClasses } from './class-scores.ts';
import { type ClassificationOutputs, findClassificationOutputs } from './classification-outputs.ts';
import { predictionType } from './field-types.ts';
import type { BoundTask, TaskContext } from './task.ts';

/** What `decode` of a classifier returns. Parts that no selected field needs are absent. */
interface Classified {
  readonly label?: string;
  readonly score?: number;
  readonly ranking?: Ranking;
  readonly place?: number;
}

/** Ranks the classes of each of the rows that were answered together. */
type Ranking = (place: number, top: number) => readonly ClassScore[];

/** The side of a classification task that reads rows; which input made them is another task's part. */
export type BoundClassification = Pick<BoundTask, 'outputType' | 'labels' | 'outputsFor' | 'decode' | 'decodeMany'>;

/**
 * Binds `label`, `score` and `scores(top)`. A model that gives only labels has neither `score` nor `scores`: nothing
 * could be said in them.
 * @throws ModelLoadError when no outputs, or several, could be label and scores.
 */
export function bindClassification(context: TaskContext): BoundClassification {
  const outputs = findClassificationOutputs(context);
  const { label, scores, labels } = outputs;
  const needs: Readonly<Record<string, readonly string[]>> = {
    label: [(label ?? scores)?.name ?? ''],
    score: [label, scores].flatMap((port) => (port === null ? [] : [port.name])),
    scores: scores === null ? [] : [scores.name],
  };
  const probability = context.manifest.outputs.activation === 'none' ? '' : ', 0 to 1';
  const fields: Record<string, GraphQLFieldConfig<unknown, unknown>> = {
    label: { type: new GraphQLNonNull(GraphQLString), description: describeLabel(labels) },
  };
  if (scores !== null) {
    fields['score'] = {
      type: new GraphQLNonNull(GraphQLFloat),
      description: `The model's score for this label${probability}.`,
    };
    fields['scores'] = {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(context.types.classScore))),
      description: 'The classes with their scores, from the most to the least likely.',
      args: { top: { type: GraphQLInt, description: 'How many to return, at least 1; all when left out.' } },
      resolve(source, { top }) {
        const { ranking, place = 0 } = source as Classified;
        return ranking?.(place, requireTop(top));
      },
    };
  }
  return {
    outputType: predictionType(context, fields),
    labels,
    outputsFor: (selected) => [
      ...new Set([...selected].flatMap((field) => (Object.hasOwn(needs, field) ? (needs[field] ?? []) : []))),
    ],
    decode: (row) => classifier({ rows: 1, columns: row }, outputs, context)(0),
    decodeMany: (rows) => classifier(rows, outputs, context),
  };
}

function describeLabel(labels: readonly string[] | null): string {
  const all = labels?.join(', ');
  return all === undefined || all.length > 200 ? 'The predicted class.' : `The predicted class, one of ${all}.`;
}

function requireTop(top: unknown): number {
  if (top === undefined || top === null) return Number.POSITIVE_INFINITY;
  if (typeof top === 'number' && top >= 1) return top;
  throw badInput({
    reason: 'OUT_OF_RANGE',
    input: 'top',
    expected: 'an integer of at least 1',
    received: describeValue(top),
  });
}

/** Classifies rows, each when it is asked for. */
function classifier(
  { rows, columns }: RowBlock,
  outputs: ClassificationOutputs,
  { manifest }: TaskContext,
): (place: number) => Classified {
  const label = outputs.label === null ? undefined : columns.get(outputs.label.name);
  const scores = outputs.scores === null ? undefined : columns.get(outputs.scores.name);
  const nameAt = label === undefined ? null : (place: number) => namedClass(label, rows, place, outputs);
  if (scores === undefined) return (place) => (nameAt === null ? {} : { label: nameAt(place) });
  const width = scores.data.length / rows;
  // A file that leaves the number of classes open has the classes that it gives.
  const labels = outputs.labels ?? Array.from({ length: width === 1 ? 2 : width }, (_, index) => String(index));
  const { activation } = manifest.outputs;
  const output = outputs.scores?.name ?? '';
  const all = (place: number) => classScores(sliceColumn(scores, rows, place, 1), labels, activation, output);
  const ranking: Ranking = (place, top) => rankClasses(all(place), labels, top);
  const isPlain = activation === 'none' && width === labels.length && isFloats(scores.data);
  return (place) => {
    // Most scores need no more than to be looked at where they are; the slow way says what is wrong with the others.
    const inPlace = isPlain && areFinite(scores.data as Float64Array, place * width, width);
    const values = inPlace ? (scores.data as Float64Array) : all(place);
    const start = inPlace ? place * width : 0;
    if (outputs.label !== null && nameAt === null) return { ranking, place };
    const named = nameAt?.(place);
    const column = named === undefined ? indexOfGreatest(values, start, labels.length) : labels.indexOf(named);
    if (column === -1) throw unknownClass(String(named), outputs);
    return { label: labels[column] ?? '', score: values[start + column] ?? Number.NaN, ranking, place };
  };
}

function isFloats(data: TensorData): boolean {
  return data instanceof Float32Array || data instanceof Float64Array;
}

function areFinite(values: ArrayLike<number>, start: number, count: number): boolean {
  for (let index = start; index < start + count; index += 1) if (!Number.isFinite(values[index])) return false;
  return true;
}

/** The label for what the label output gave for a row: a name, or the number of a class. */
function namedClass({ data, datatype }: Tensor, rows: number, row: number, outputs: ClassificationOutputs): string {
  const { labels, graphLabels } = outputs;
  const width = data.length / rows;
  if (width !== 1) throw unknownClass(`${width} labels in a row`, outputs);
  const given = String(data[row]);
  const place = graphLabels === null ? -1 : graphLabels.indexOf(given);
  if (place !== -1) return labels?.[place] ?? given;
  if (datatype === 'BYTES' || labels === null) return given;
  return labels[Number(given)] ?? unknown(given, outputs);
}

function unknown(given: string, outputs: ClassificationOutputs): never {
  throw unknownClass(given, outputs);
}

function unknownClass(given: string, { labels, label }: ClassificationOutputs): GatewayError {
  return new GatewayError(
    'INFERENCE_FAILED',
    `The model gave the class ${given} as its "${label?.name}", and ${labels?.length ?? 0} labels are known, none of them for it.`,
  );
}
