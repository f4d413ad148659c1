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
 * Says why a model's names cannot be used: the static schema has them, or another folder that comes before it. A model
 * that serves comes before one that does not, so that a newcomer takes nothing from it; otherwise the order is
 * alphabetical, so that every replica refuses the same one.
 * @param allModels by name, with whether they serve.
 * @returns a sentence, or null when the names are free.
 */
export function nameConflict(
  model: string,
  allModels: ReadonlyMap<string, boolean>,
  staticTypeNames: ReadonlySet<string>,
): string | null {
  const names = apiNames(model);
  for (const type of generatedTypes(names)) {
    if (staticTypeNames.has(type)) {
      return `The folder name "${model}" would make the type ${type}, which the schema already has; rename the folder.`;
    }
  }
  const serves = allModels.get(model) === true;
  for (const [other, otherServes] of allModels) {
    const isBefore = otherServes === serves ? other < model : otherServes;
    if (other === model || !isBefore) continue;
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
