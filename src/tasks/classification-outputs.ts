import { ModelLoadError } from '../errors.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { isSingleElement } from './field-types.ts';
import { describeOutputs, namedOutput } from './model-outputs.ts';
import type { RowPort } from './row-signature.ts';
import type { TaskContext } from './task.ts';

/** Which outputs of a classifier are what. At least one of the two is there. */
export interface ClassificationOutputs {
  readonly label: RowPort | null;
  readonly scores: RowPort | null;
  /** The classes as clients see them, in the order of the scores; null where only the label output knows them. */
  readonly labels: readonly string[] | null;
  /** The classes as the graph itself names them, in the same order. */
  readonly graphLabels: readonly string[] | null;
}

/**
 * Finds the outputs: those that the manifest names, else the only one of fitting type and shape.
 * @throws ModelLoadError naming what there is, when none or several fit, or when the labels do not.
 */
export function findClassificationOutputs(context: TaskContext): ClassificationOutputs {
  const { signature, manifest } = context;
  const { outputs } = signature;
  const label = namedOutput(context, 'label', isLabel) ?? theOnly(outputs.filter(isLabel), 'label', context);
  const scores =
    namedOutput(context, 'scores', isScores) ??
    theOnly(preferred(outputs.filter(isScores), manifest.labels?.length), 'scores', context);
  if (label === null && scores === null) {
    throw new ModelLoadError(
      `The model has no output that could hold scores or a label: it gives ${describeOutputs(outputs)}; use the task tensor.`,
    );
  }
  const graphLabels = scores?.classLabels ?? label?.classLabels ?? null;
  const labels = classLabels(context, scores, graphLabels, label);
  requireActivation(context, scores);
  return { label, scores, labels, graphLabels };
}

function theOnly(candidates: readonly RowPort[], part: string, { signature }: TaskContext): RowPort | null {
  if (candidates.length <= 1) return candidates[0] ?? null;
  throw new ModelLoadError(
    `Several outputs could be the ${part}: the model gives ${describeOutputs(signature.outputs)}; say outputs.${part} in the manifest.`,
  );
}

function isLabel(port: RowPort): boolean {
  const { json } = datatypes[port.datatype];
  return json !== 'float' && (port.shape === null || isSingleElement(port));
}

function isScores({ datatype, shape }: RowPort): boolean {
  return datatypes[datatype].json === 'float' && (shape === null || shape.length <= 1);
}

/** Of several float outputs, those that have as many columns as there are labels, else those that have several. */
function preferred(candidates: readonly RowPort[], labels: number | undefined): readonly RowPort[] {
  if (candidates.length <= 1) return candidates;
  const fitting = candidates.filter(({ shape }) => shape?.length === 1 && shape[0] === labels);
  if (fitting.length > 0) return fitting;
  const several = candidates.filter((port) => !isSingleElement(port));
  return several.length > 0 ? several : candidates;
}

/** The number of columns; null where the file leaves it open. */
function scoreColumns(scores: RowPort): number | null {
  if (isSingleElement(scores)) return 1;
  const size = scores.shape?.[0];
  return typeof size === 'number' ? size : null;
}

function classLabels(
  { manifest }: TaskContext,
  scores: RowPort | null,
  graphLabels: readonly string[] | null,
  label: RowPort | null,
): readonly string[] | null {
  const given = manifest.labels ?? graphLabels;
  if (manifest.labels?.length === 1) {
    throw new ModelLoadError(
      `The manifest lists the label "${manifest.labels[0]}" alone, and a class is one of two at least.`,
    );
  }
  if (scores === null) return given;
  const columns = scoreColumns(scores);
  if (given !== null) {
    const source = manifest.labels === undefined ? "the model's file" : 'the manifest';
    if (manifest.labels !== undefined && graphLabels !== null && manifest.labels.length !== graphLabels.length) {
      throw new ModelLoadError(
        `The manifest lists ${manifest.labels.length} labels, and the model's file names ${graphLabels.length} classes: ${someOf(graphLabels)}; list a label for each, in this order.`,
      );
    }
    if (columns === null || columns === given.length || (columns === 1 && given.length === 2)) return given;
    throw new ModelLoadError(
      `The output "${scores.name}" has ${columns} ${columns === 1 ? 'column' : 'columns'}, and ${source} lists ${given.length} labels; list one for each column in the manifest.`,
    );
  }
  if (label?.datatype === 'BYTES') {
    throw new ModelLoadError(
      `Nothing says which class each score of the output "${scores.name}" stands for; list the labels in the manifest.`,
    );
  }
  return columns === null ? null : Array.from({ length: columns === 1 ? 2 : columns }, (_, index) => String(index));
}

function requireActivation({ manifest }: TaskContext, scores: RowPort | null): void {
  const { activation } = manifest.outputs;
  if (activation === 'none') return;
  if (scores === null)
    throw new ModelLoadError(`The manifest says outputs.activation: ${activation}, and the model gives no scores.`);
  if (activation === 'softmax' && scoreColumns(scores) === 1) {
    throw new ModelLoadError(
      `The softmax of the single score "${scores.name}" is always 1; say outputs.activation: sigmoid.`,
    );
  }
}

function someOf(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')}, …`;
}
