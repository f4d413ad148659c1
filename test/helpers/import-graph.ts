import { glob, readFile } from 'node:fs/promises';
import { posix } from 'node:path';

/** Source text by path; paths are relative to the project and have forward slashes. */
export type Modules = ReadonlyMap<string, string>;

/** For each module, the modules of the project that it imports, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads every TypeScript file below a folder of the project. */
export async function readModules(project: URL, folder: string): Promise<Modules> {
  const modules = new Map<string, string>();
  for await (const path of glob(`${folder}/**/*.{ts,tsx}`, { cwd: project })) {
    modules.set(path.replaceAll('\\', '/'), await readFile(new URL(path, project), 'utf8'));
  }
  return new Map([...modules].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const commentsAndStrings = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** The code of a module: without comments, and without strings too if so asked. */
export function codeOf(source: string, { strings = true }: { strings?: boolean } = {}): string {
  return source.replace(commentsAndStrings, (found) => (found.startsWith('/') ? ' ' : strings ? found : "''"));
}

const importForms = [
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
];

/** What a module imports, as it says it: `import`, `import type`, `export … from` and `import(…)`. */
export function importsOf(source: string): string[] {
  const code = codeOf(source);
  return importForms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''));
}

/** Who imports whom. Packages are left out. */
export function importGraph(modules: Modules): ImportGraph {
  const graph = new Map<string, readonly string[]>();
  for (const [path, source] of modules) {
    const relative = importsOf(source).filter((specifier) => specifier.startsWith('.'));
    graph.set(path, [
      ...new Set(relative.map((specifier) => posix.normalize(posix.join(posix.dirname(path), specifier)))),
    ]);
  }
  return graph;
}

/** One cycle of imports, its first module repeated at its end; null when there is none. */
export function findCycle(graph: ImportGraph): readonly string[] | null {
  const done = new Set<string>();
  const trail: string[] = [];
  function visit(module: string): readonly string[] | null {
    if (trail.includes(module)) return [...trail.slice(trail.indexOf(module)), module];
    if (done.has(module)) return null;
    trail.push(module);
    for (const imported of graph.get(module) ?? []) {
      const cycle = visit(imported);
      if (cycle !== null) return cycle;
    }
    trail.pop();
    done.add(module);
    return null;
  }
  for (const module of graph.keys()) {
    const cycle = visit(module);
    if (cycle !== null) return cycle;
  }
  return null;
}
