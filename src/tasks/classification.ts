import { type GraphQLFieldConfig, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import { GatewayError, badInput, describeValue } from '../errors.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { type ClassScore, classScores, indexOfGreatest, rankClasses } from './class-scores.ts';
import { type ClassificationOutputs, findClassificationOutputs } from './classification-outputs.ts';
import { predictionType } from './field-types.ts';
import type { BoundTask, TaskContext } from './task.ts';

/** What `decode` of a classifier returns. Parts that no selected field needs are absent. */
interface Classified {
  readonly label?: string;
  readonly score?: number;
  readonly ranked?: (top: number) => readonly ClassScore[];
}

/** The side of a classification task that reads rows; which input made them is another task's part. */
export type BoundClassification = Pick<BoundTask, 'outputType' | 'labels' | 'outputsFor' | 'decode'>;

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
      resolve: (source, { top }) => (source as Classified).ranked?.(requireTop(top)),
    };
  }
  return {
    outputType: predictionType(context, fields),
    labels,
    outputsFor: (selected) => [
      ...new Set([...selected].flatMap((field) => (Object.hasOwn(needs, field) ? (needs[field] ?? []) : []))),
    ],
    decode: (row) =>
      classify(
        outputs,
        context,
        label === null ? undefined : row.get(label.name),
        scores === null ? undefined : row.get(scores.name),
      ),
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

function classify(
  outputs: ClassificationOutputs,
  { manifest }: TaskContext,
  label: Tensor | undefined,
  scores: Tensor | undefined,
): Classified {
  const named = label === undefined ? undefined : namedClass(label, outputs);
  if (scores === undefined) return named === undefined ? {} : { label: named };
  // A file that leaves the number of classes open has the classes that it gives.
  const labels =
    outputs.labels ??
    Array.from({ length: scores.data.length === 1 ? 2 : scores.data.length }, (_, index) => String(index));
  const values = classScores(scores, labels, manifest.outputs.activation, outputs.scores?.name ?? '');
  const ranked = (top: number) => rankClasses(values, labels, top);
  if (outputs.label !== null && named === undefined) return { ranked };
  const place = named === undefined ? indexOfGreatest(values) : labels.indexOf(named);
  const score = values[place];
  if (score !== undefined) return { label: labels[place] ?? '', score, ranked };
  throw unknownClass(String(named), outputs);
}

/** The label for what the label output gave: a name, or the number of a class. */
function namedClass({ data, datatype }: Tensor, outputs: ClassificationOutputs): string {
  const { labels, graphLabels } = outputs;
  const given = String(data[0]);
  if (data.length !== 1) throw unknownClass(`${data.length} labels in a row`, outputs);
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
