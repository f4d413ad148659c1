import type { ExecutionResult } from 'graphql';

/** A model as the page shows it. */
export interface ModelFacts {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly task: string;
  readonly ready: boolean;
  /** Null while no version is served, and where the caller may not use the model. */
  readonly example: { readonly query: string; readonly variables: string | null } | null;
}

/** Asks for every model that the caller may see, with an example of each. */
export const modelListQuery = `query Models {
  models { name title description task ready example { query variables } }
}`;

/** @returns null where the answer has no list of models. */
export function modelListOf({ data }: ExecutionResult): readonly ModelFacts[] | null {
  return Array.isArray(data?.['models']) ? (data['models'] as ModelFacts[]) : null;
}
