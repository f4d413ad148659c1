import { ModelLoadError } from '../../errors.ts';
import { type Manifest, parseManifest } from '../../repository/manifest.ts';
import { findTask, manifestFormat, tasks } from '../../tasks/index.ts';
import { type RowSignature, rowSignature } from '../../tasks/row-signature.ts';
import type { ModelFile, Signature } from '../../backends/backend.ts';
import { type Draft, draftActivation, draftFeatures, draftLabels } from './draft.ts';
import { likelyTasks } from './likely-tasks.ts';
import { manifestText } from './manifest-text.ts';
import { type ModelWords, wordsOf } from './model-words.ts';
import { configFileName, refuseUnread } from './files-beside.ts';
import type { AskedFor } from './request.ts';

/** What is known of a model for which a manifest is to be proposed. */
export interface ModelToDescribe {
  readonly signature: Signature;
  readonly file: Pick<ModelFile, 'metadata'>;
  /** The files beside the model, by name, as far as they were given. */
  readonly beside: ReadonlyMap<string, Buffer | undefined>;
  readonly asked: AskedFor;
  /** An input as a client sends it; null where none was given. */
  readonly example: Readonly<Record<string, unknown>> | null;
  readonly hasSchema: boolean;
  /** Why the model cannot be served with a manifest; null when it can. */
  whyNot(manifest: Manifest): Promise<string | null>;
  /** Why clients would misread what it gives, though it can be served; null when nothing says so. It runs the model. */
  whyMisread(manifest: Manifest): Promise<string | null>;
}

/** A manifest for a model that has none. */
export interface Proposal {
  readonly text: string;
  readonly manifest: Manifest;
  /** What was decided that its owner may want otherwise, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Proposes a manifest: of the tasks that are likely by the shape of the model, the first that can be served.
 * @throws ModelLoadError when none can, or the one that was asked for cannot, or does not use what was asked for.
 */
export async function proposeManifest(model: ModelToDescribe): Promise<Proposal> {
  const { asked, beside, hasSchema } = model;
  const rows = rowSignature(model.signature);
  const own = wordsOf(model.file, beside.get(configFileName));
  const words: ModelWords = { ...own, features: asked.features ?? own.features, labels: asked.labels ?? own.labels };
  const likely = likelyTasks(rows, { words, files: new Set(beside.keys()) });
  const candidates = asked.task === null ? likely.filter((task) => Object.hasOwn(tasks, task)) : [asked.task];
  const refusals: string[] = [];
  let isMisread = false;
  for (const task of candidates) {
    // What is not to be read as classes is not to be read so as another kind of them.
    if (isMisread && task.endsWith('-classification')) continue;
    // Without the example: what somebody gives to be run does not choose the task.
    const plain = parseManifest(manifestText(draftFor(task, rows, words, model, null), hasSchema), manifestFormat);
    // Whoever asks for a task is told what is odd about it once the version is tried.
    const unfit = await model.whyNot(plain);
    const refusal = unfit ?? (asked.task === null ? await model.whyMisread(plain) : null);
    if (refusal === null) {
      const draft = draftFor(task, rows, words, model, model.example);
      refuseUnused(draft, asked, refusals);
      refuseUnread(beside.keys(), { task, asked: asked.task }, refusals);
      const text = manifestText(draft, hasSchema);
      const manifest = parseManifest(text, manifestFormat);
      const wrong = await model.whyNot(manifest);
      if (wrong !== null)
        throw new ModelLoadError(`The first input of --examples does not fit the task ${task}: ${wrong}`);
      return { text, manifest, notes: [...refusals, ...notesOn(draft)] };
    }
    isMisread = unfit === null;
    refusals.push(`It looks like the task ${task}, and is not: ${refusal}`);
    if (task === candidates.at(-1)) throw new ModelLoadError(refusal);
  }
  throw new Error('There is always the task tensor.');
}

function draftFor(
  task: string,
  rows: RowSignature,
  words: ModelWords,
  { asked }: ModelToDescribe,
  example: ModelToDescribe['example'],
): Draft {
  const { uses } = findTask(task);
  const isTable = task.startsWith('tabular-');
  const features = isTable ? draftFeatures(rows, words.features, example ?? {}) : null;
  if (isTable && features === null && asked.features !== null) {
    const inputs = rows.inputs.map(({ name, shape }) => `"${name}" [${shape?.join(', ') ?? '?'}]`).join(', ');
    throw new ModelLoadError(
      `--features names ${asked.features.length} columns, and the model's inputs take other ones in each row: ${inputs}.`,
    );
  }
  return {
    task,
    // Names in the file that fit nothing are no reason to have none.
    features: isTable ? (features ?? draftFeatures(rows, null, example ?? {})) : null,
    labels: uses.includes('labels') ? draftLabels(rows, words, asked.labels) : null,
    activation: uses.includes('outputs.activation') ? draftActivation(rows, words) : null,
  };
}

/** What was asked for and would silently do nothing. @throws ModelLoadError */
function refuseUnused({ task, features, labels }: Draft, asked: AskedFor, refusals: readonly string[]): void {
  const unused = [
    ...(asked.features !== null && features === null ? ['--features'] : []),
    ...(asked.labels !== null && labels === null ? ['--labels'] : []),
  ];
  if (unused.length === 0) return;
  const advice = asked.task === null ? 'say --task as well' : 'leave it out';
  throw new ModelLoadError(
    [...refusals, `The task ${task} does not use ${unused.join(' and ')}: ${advice}.`].join(' '),
  );
}

function notesOn({ task, features, labels, activation }: Draft): string[] {
  const placeholders = features?.filter(({ isPlaceholder }) => isPlaceholder).length ?? 0;
  const notes: string[] = [];
  if (placeholders > 0) {
    notes.push(
      `The file names none of the ${placeholders} columns: the names of the features are placeholders. Edit them in the manifest, or give them by --features.`,
    );
  }
  if (labels?.every((label) => /^(LABEL_)?-?\d+$/.test(label)) === true) {
    notes.push(
      'The classes have only numbers: put their names in the manifest under labels, or give them by --labels.',
    );
  } else if (labels === null && task.endsWith('-classification')) {
    notes.push('Nothing names the classes: list them in the manifest under labels, or give them by --labels.');
  }
  if (activation !== null) {
    notes.push(`An output is called logits, so that the manifest says outputs.activation: ${activation}.`);
  }
  return notes;
}
