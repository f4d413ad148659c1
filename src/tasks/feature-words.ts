import type { ManifestFeature } from '../repository/manifest.ts';
import type { Datatype } from '../tensors/datatypes.ts';
import { exampleSentence } from './feature-example.ts';

/** What a value of a feature is, whatever datatype carries it into the model. */
export type FeatureKind = 'float' | 'integer' | 'boolean' | 'string';

/** At most so many categories are spelled out in a sentence. */
const maxListed = 12;

/**
 * What a feature is, for people who read the schema: "Sepal length in cm, 0 to 30." A description that is a sentence
 * is left alone: "The length of a sepal. In cm, 0 to 30." An example comes last: "Example: 5.1."
 */
export function describeFeature(feature: ManifestFeature, field: string): string {
  const { name, unit, min, max, categories, nullable, example } = feature;
  const description = (feature.description ?? name).trim();
  const isSentence = description.endsWith('.');
  const range = rangeWords(min, max);
  const facts = [
    unit === undefined || description.endsWith(` in ${unit}`) ? '' : `in ${unit}`,
    isSentence && unit === undefined && min !== undefined && max !== undefined ? `from ${range}` : range,
    categories === undefined ? '' : oneOf(categories),
  ].filter((fact) => fact !== '');
  const sentences = [description];
  if (isSentence && facts.length > 0) sentences.push(`${capitalise(facts.join(', '))}.`);
  if (!isSentence) sentences[0] = `${phrase(description, facts)}.`;
  if (nullable && !/\bnull\b/i.test(description)) sentences.push('Null where it is not known.');
  if (field !== name) sentences.push(`\`${name}\` in the manifest or the model's file.`);
  if (example !== undefined) sentences.push(exampleSentence(example));
  return sentences.join(' ');
}

/** The unit belongs to the words before it, everything else stands apart. */
function phrase(description: string, facts: readonly string[]): string {
  const [first, ...rest] = facts;
  return first?.startsWith('in ')
    ? [`${description} ${first}`, ...rest].join(', ')
    : [description, ...facts].join(', ');
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a value must be, for an error: "a number from 0 to 30 (cm)". */
export function describeExpected(
  feature: ManifestFeature,
  kind: FeatureKind,
  datatype: Datatype,
  least: number | bigint,
  greatest: number | bigint,
): string {
  const unit = feature.unit === undefined ? '' : ` (${feature.unit})`;
  return `${kindWords(feature, kind, datatype, least, greatest)}${unit}${feature.nullable ? ', or null' : ''}`;
}

function kindWords(
  { min, max, categories }: ManifestFeature,
  kind: FeatureKind,
  datatype: Datatype,
  least: number | bigint,
  greatest: number | bigint,
): string {
  switch (kind) {
    case 'float': {
      if (min === undefined && max === undefined) return `a number that fits ${datatype}`;
      return min !== undefined && max !== undefined
        ? `a number from ${min} to ${max}`
        : `a number of ${rangeWords(min, max)}`;
    }
    case 'integer':
      return `an integer from ${least} to ${greatest}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return categories === undefined ? 'a string without NUL and without lone surrogates' : oneOf(categories);
  }
}

function rangeWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? '' : `at most ${max}`;
}

function oneOf(categories: readonly string[]): string {
  const listed = categories.slice(0, maxListed).map((category) => JSON.stringify(category));
  const rest = categories.length - listed.length;
  return `one of ${listed.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
