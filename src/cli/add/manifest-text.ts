import { stringify } from 'yaml';
import type { Draft, DraftFeature } from './draft.ts';

/** First line of a manifest for editors that know the YAML language server. */
export const schemaLine = '# yaml-language-server: $schema=../../schema/manifest.schema.json';

/** Longer lists have a line for each entry. */
const longestLine = 110;

/**
 * A draft as the text of a manifest, with comments that say what to fill in.
 * @param hasSchema whether the line for editors leads to the schema.
 */
export function manifestText({ task, features, labels, activation }: Draft, hasSchema: boolean): string {
  const lines = [
    ...(hasSchema ? [schemaLine] : []),
    '# Proposed by "inferql add" from what the model file says. Clients read what is said here: complete and correct it.',
    `task: ${flow(task)}`,
    '# title: A title for people',
    '# description: What the model does, and from what data it comes.',
    ...(features === null ? [] : featureLines(features)),
    ...labelLines(task, labels),
    ...(activation === null
      ? []
      : ['# An output is called logits: this makes probabilities of them.', `outputs: { activation: ${activation} }`]),
    ...(task === 'image-classification' || task === 'object-detection' ? pictureLines : []),
  ];
  return `${lines.join('\n')}\n`;
}

const pictureLines = [
  '# How a picture becomes what the model takes must be as in training, such as',
  '# preprocessor: { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] }',
];

function featureLines(features: readonly DraftFeature[]): readonly string[] {
  return [
    '# What clients send. Say of each value what is known of it, such as',
    '# - { name: age, description: Age of the passenger, unit: years, min: 0, max: 120, example: 29 }',
    '# and type: integer, categories: [a, b] for words, nullable: true where a value may be missing.',
    'features:',
    ...features.map(({ keys, isPlaceholder }) => `  - ${flow(keys)}${isPlaceholder ? ' # a placeholder' : ''}`),
  ];
}

function labelLines(task: string, labels: readonly string[] | null): readonly string[] {
  if (labels === null) {
    return task.endsWith('-classification') || task === 'object-detection'
      ? ['# labels: [the, classes, in, the, order, of, the, scores]']
      : [];
  }
  const line = `labels: ${flow(labels)}`;
  return line.length <= longestLine ? [line] : ['labels:', ...labels.map((label) => `  - ${flow(label)}`)];
}

/** A value on one line, in quotes where YAML would read another. */
function flow(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: !Array.isArray(value),
    // Everything stays on its line, line breaks in names included.
    lineWidth: 0,
    singleQuote: false,
    doubleQuotedMinMultiLineLength: Infinity,
  }).trimEnd();
}
