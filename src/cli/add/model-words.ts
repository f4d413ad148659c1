import { parse } from 'yaml';
import type { ModelFile } from '../../backends/backend.ts';

/** Names that the author of a model put somewhere for people and programs; null where there are none. */
export interface ModelWords {
  /** The columns of the input, in their order. */
  readonly features: readonly string[] | null;
  /** The classes in the order of the scores. */
  readonly labels: readonly string[] | null;
  /** Whether several classes may hold at once. */
  readonly isMultiLabel: boolean;
}

/** Keys of a file's metadata that hold names of columns: those that people and libraries use, the likeliest first. */
const featureKeys = ['feature_names', 'feature_names_in_', 'features', 'input_features', 'columns'];
/** The same for classes. `id2label` is of Hugging Face, `names` of Ultralytics. */
const labelKeys = ['classes', 'labels', 'class_names', 'class_labels', 'classes_', 'id2label', 'names'];

/**
 * Looks for names in the metadata of a model file, then in the `config.json` of Hugging Face.
 * @param config the bytes of that file, where it was given.
 */
export function wordsOf({ metadata }: Pick<ModelFile, 'metadata'>, config: Buffer | undefined): ModelWords {
  const said = new Map(metadata.map(({ key, value }) => [key.toLowerCase(), value]));
  const { id2label = null, problem_type = null } = fieldsOf(config);
  const read = (key: string) => namesIn(parsed(said.get(key) ?? ''));
  return {
    features: firstOf(featureKeys, read),
    labels: firstOf(labelKeys, read) ?? namesIn(id2label),
    isMultiLabel: problem_type === 'multi_label_classification',
  };
}

function firstOf(keys: readonly string[], read: (key: string) => readonly string[] | null): readonly string[] | null {
  for (const key of keys) {
    const names = read(key);
    if (names !== null) return names;
  }
  return null;
}

/** YAML takes JSON, what Python prints of lists and of mappings by number, and bare words. */
function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' }) as unknown;
  } catch {
    // It says something, and not to us.
    return null;
  }
}

/** Names as a list, as text with commas, or as a mapping from the places 0, 1, … */
function namesIn(value: unknown): readonly string[] | null {
  if (typeof value === 'string' && value.includes(',')) return namesIn(value.split(',').map((word) => word.trim()));
  if (Array.isArray(value)) {
    const isNamed = value.length > 0 && value.every((each) => typeof each === 'string' || typeof each === 'number');
    const names = value.map(String);
    return isNamed && !names.includes('') && new Set(names).size === names.length ? names : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const byPlace = value as Readonly<Record<string, unknown>>;
  const places = Object.keys(byPlace).map(Number);
  const isWhole = places.length > 0 && places.every((_, index) => Object.hasOwn(byPlace, String(index)));
  return isWhole ? namesIn(places.map((_, index) => byPlace[String(index)])) : null;
}

function fieldsOf(config: Buffer | undefined): Readonly<Record<string, unknown>> {
  const said = config === undefined ? null : parsed(config.toString('utf8'));
  return typeof said === 'object' && said !== null ? (said as Readonly<Record<string, unknown>>) : {};
}
