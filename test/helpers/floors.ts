import type { ImportGraph } from './import-graph.ts';

/** The floors of `src/`, from the top down. Parts of one floor stand side by side and do not import each other. */
export const floors: readonly (readonly string[])[] = [
  ['main'],
  ['cli'],
  ['gateway'],
  ['http'],
  ['graphql'],
  ['inference', 'processes'],
  ['tasks', 'backends'],
  ['repository'],
  ['tensors'],
  ['access'],
  ['observability'],
  ['config'],
  ['errors'],
];

/** The contract that everybody may know of the backends. The rest is for those who put the parts together. */
const backendContract = 'src/backends/backend.ts';
const assemblers: ReadonlySet<string> = new Set(['main', 'cli', 'gateway']);

/** The part that a module belongs to: `src/tasks/tensor.ts` to `tasks`, `src/errors.ts` to `errors`. */
export function partOf(path: string): string {
  return path.replace(/^src\//, '').replace(/\.tsx?$|\/.*$/, '');
}

/** Imports that go upwards, sideways, or past a contract, each as a sentence. */
export function findWrongImports(graph: ImportGraph): string[] {
  const wrong: string[] = [];
  for (const [path, imports] of graph) {
    for (const imported of imports) {
      const why = whyWrong(path, imported);
      if (why !== null) wrong.push(`${path} imports ${imported}: ${why}`);
    }
  }
  return wrong;
}

function whyWrong(path: string, imported: string): string | null {
  const [from, to] = [partOf(path), partOf(imported)];
  if (from === to) return null;
  if (!imported.startsWith('src/')) return 'it lies outside src/.';
  const [fromFloor, toFloor] = [floorOf(from), floorOf(to)];
  if (fromFloor === -1) return `${from} is on no floor; give it one in test/helpers/floors.ts.`;
  if (toFloor === -1) return `${to} is on no floor; give it one in test/helpers/floors.ts.`;
  if (toFloor < fromFloor) return `${to} is above ${from}.`;
  if (to === 'backends' && !assemblers.has(from)) {
    return imported === backendContract ? null : `${from} may know only ${backendContract} of the backends.`;
  }
  return toFloor === fromFloor ? `${from} and ${to} stand side by side.` : null;
}

function floorOf(part: string): number {
  return floors.findIndex((floor) => floor.includes(part));
}
