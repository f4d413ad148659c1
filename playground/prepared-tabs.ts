import type { GraphQLSchema } from 'graphql';
import { exampleOperation } from './example-operation.ts';

/** What one tab of the playground opens with. */
export interface PreparedTab {
  readonly query: string;
  /** JSON text, or null where the operation has no variables. */
  readonly variables: string | null;
}

const overview = `# To run this, press Ctrl-Enter.
query Overview {
  models {
    name
    task
    field
    description
  }
  server {
    version
  }
}`;

/**
 * The tabs of a first visit: what is served, and a prediction where one can be prepared. GraphiQL keeps the visitor's
 * own tabs in the browser from then on.
 * @param schema The live schema; null where it could not be fetched.
 */
export function preparedTabs(schema: GraphQLSchema | null): PreparedTab[] {
  const tabs: PreparedTab[] = [{ query: overview, variables: null }];
  const example = schema && exampleOperation(schema);
  if (example) tabs.push({ query: example.query, variables: JSON.stringify(example.variables, null, 2) });
  return tabs;
}
