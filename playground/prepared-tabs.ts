import type { ModelFacts } from './model-list.ts';

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

/** More tabs than a screen has room for are not found there; the pane of the models has all of them. */
const mostExamples = 12;

/**
 * The tabs of a first visit: what is served, and a prediction of each model. GraphiQL keeps the visitor's own tabs in the
 * browser from then on.
 */
export function preparedTabs(models: readonly ModelFacts[]): PreparedTab[] {
  const examples = models.flatMap((model) => exampleTab(model) ?? []).slice(0, mostExamples);
  return [{ query: overview, variables: null }, ...examples];
}

/** The example of a model as a tab; null where there is none. */
export function exampleTab({ example, task }: ModelFacts): PreparedTab | null {
  if (example === null) return null;
  const { query, variables } = example;
  if (variables !== null) return { query, variables: JSON.stringify(JSON.parse(variables), null, 2) };
  const hint = takesPicture(task)
    ? '# Paste or drop a picture into this page, or choose a file with the button beside.'
    : '# Its input is too large to be made up here; the documentation says what it takes.';
  return { query: `${hint}\n${query}`, variables: '{}' };
}

function takesPicture(task: string): boolean {
  return task.startsWith('image-') || task === 'object-detection';
}
