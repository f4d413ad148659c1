import { ModelLoadError } from '../errors.ts';

/**
 * The prefix of a model's generated types: `sms-spam` → `SmsSpam`, `iris_logreg` → `IrisLogreg`, `3d-cnn` → `_3dCnn`.
 * Letters keep their case but for the first of each word; whatever is no ASCII letter or digit separates words.
 */
export function pascalCase(name: string): string {
  return startingLegally(words(name).map(capitalise).join(''));
}

/** The field of a model below `predict`: `sms-spam` → `smsSpam`, `BERT-base` → `bertBase`, `ResNet50` → `resNet50`. */
export function camelCase(name: string): string {
  const [first = '', ...rest] = words(name);
  const lowered = /[a-z]/.test(first) ? first.charAt(0).toLowerCase() + first.slice(1) : first.toLowerCase();
  return startingLegally(lowered + rest.map(capitalise).join(''));
}

/**
 * A GraphQL name for the name of a feature, input or output: `input:0` → `input_0`, `0` → `_0`, an empty one → `_`.
 * Two leading underscores are GraphQL's own and become one. Names that are GraphQL names already stay as they are.
 */
export function graphqlName(name: string): string {
  return startingLegally(name.replaceAll(/[^\w]/gu, '_'));
}

/**
 * The GraphQL names of a list of names, in its order.
 * @param what what they name, in the plural, for the message: `inputs of the model`.
 * @param rename changes a name that is taken otherwise. @default none is
 * @throws ModelLoadError naming both, when two names fall together.
 */
export function distinctNames(
  originals: readonly string[],
  what: string,
  rename: (name: string) => string = (name) => name,
): readonly string[] {
  const taken = new Map<string, string>();
  return originals.map((original) => {
    const name = rename(graphqlName(original));
    const other = taken.get(name);
    if (other !== undefined) {
      const pair = other === original ? `"${original}" twice` : `"${other}" and "${original}"`;
      throw new ModelLoadError(
        `The ${what} have ${pair}, which would both be the field "${name}"; rename one of them.`,
      );
    }
    taken.set(name, original);
    return name;
  });
}

function words(name: string): readonly string[] {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function startingLegally(name: string): string {
  if (name === '' || /^\d/.test(name)) return `_${name}`;
  return name.replace(/^__+/, '_');
}
