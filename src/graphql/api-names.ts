import { camelCase, pascalCase } from '../tasks/names.ts';

/** The GraphQL names that a model folder takes. */
export interface ApiNames {
  /** Field of `Predictions` for one input. */
  readonly field: string;
  /** Field of `Predictions` for a list of inputs. */
  readonly batchField: string;
  /** Prefix of the generated types. */
  readonly typePrefix: string;
}

export function apiNames(model: string): ApiNames {
  const field = camelCase(model);
  return { field, batchField: `${field}Batch`, typePrefix: pascalCase(model) };
}

/**
 * Says why a model's names cannot be used: another folder that comes before it has them, or the static schema.
 * The order is alphabetical, so that every replica refuses the same one.
 * @returns a sentence, or null when the names are free.
 */
export function nameConflict(
  model: string,
  allModels: readonly string[],
  staticTypeNames: ReadonlySet<string>,
): string | null {
  const names = apiNames(model);
  for (const type of generatedTypes(names)) {
    if (staticTypeNames.has(type)) {
      return `The folder name "${model}" would make the type ${type}, which the schema already has; rename the folder.`;
    }
  }
  for (const other of allModels) {
    if (other >= model) continue;
    const theirs = apiNames(other);
    const taken = new Set([theirs.field, theirs.batchField, ...generatedTypes(theirs)]);
    const shared = [names.field, names.batchField, ...generatedTypes(names)].find((name) => taken.has(name));
    if (shared !== undefined) {
      return `The folder names "${other}" and "${model}" would both make ${shared} in the schema; rename one of them.`;
    }
  }
  return null;
}

function generatedTypes({ typePrefix }: ApiNames): readonly string[] {
  return [`${typePrefix}Input`, `${typePrefix}Prediction`];
}
