import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findWrongImports, floors, partOf } from './helpers/floors.ts';
import { codeOf, findCycle, importGraph, importsOf, readModules, type Modules } from './helpers/import-graph.ts';

const longest = 300;
const tables: ReadonlySet<string> = new Set(['src/errors.ts', 'src/tensors/datatypes.ts']);
const isGenerated = (path: string): boolean => path.startsWith('src/graphql/generated/');

/** Modules whose code, without comments and strings, has a match. */
function modulesWith(modules: Modules, pattern: RegExp): string[] {
  return [...modules].filter(([, source]) => pattern.test(codeOf(source, { strings: false }))).map(([path]) => path);
}

/** A module for each line: the path, then what it imports. */
function madeUp(...lines: string[]): Modules {
  return new Map(
    lines.map((line) => {
      const [path = '', ...imports] = line.split(' ');
      return [path, imports.map((specifier) => `import { a } from '${specifier}';`).join('\n')];
    }),
  );
}

suite('The code in src/', async () => {
  const modules = await readModules(new URL('../', import.meta.url), 'src');
  const graph = importGraph(modules);

  test('is found', () => {
    assert.ok(modules.has('src/errors.ts'));
    assert.ok(graph.get('src/tasks/task.ts')?.includes('src/tensors/tensor.ts'));
  });

  test('imports only what exists', () => {
    const missing = [...graph].flatMap(([path, imports]) =>
      imports.filter((imported) => !modules.has(imported)).map((imported) => `${path} imports ${imported}`),
    );
    assert.deepEqual(missing, []);
  });

  test('imports only downwards, and of the backends only the contract', () => {
    assert.deepEqual(findWrongImports(graph), []);
  });

  test('has a floor for each of its parts, and no floor without a part', () => {
    const parts = new Set([...modules.keys()].map(partOf));
    assert.deepEqual([...parts].toSorted(), floors.flat().toSorted());
  });

  test('has no import cycles, those of types included', () => {
    assert.equal(findCycle(graph), null);
  });

  test(`has no file of more than ${longest} lines but tables and generated code`, () => {
    const long = [...modules].filter(
      ([path, source]) => source.trimEnd().split('\n').length > longest && !tables.has(path) && !isGenerated(path),
    );
    assert.deepEqual(
      long.map(([path]) => path),
      [],
    );
  });

  test('uses the process only in src/main.ts, but for the clock of a thread', () => {
    assert.deepEqual(
      modulesWith(modules, /\bprocess\b(?!\s*:|\.threadCpuUsage\()/).filter((path) => path !== 'src/main.ts'),
      [],
    );
    const importers = [...modules].filter(([, source]) => importsOf(source).includes('node:process'));
    assert.deepEqual(importers, []);
  });

  test('reads the environment only in src/config/ and src/main.ts', () => {
    const readers = modulesWith(modules, /\.env\b/);
    assert.deepEqual(
      readers.filter((path) => path !== 'src/main.ts' && partOf(path) !== 'config'),
      [],
    );
  });

  test('re-exports nothing wholesale', () => {
    assert.deepEqual(modulesWith(modules, /\bexport\s*\*/), []);
  });
});

suite('The check of the imports', () => {
  test('sees imports of every form, over several lines, and none in comments', () => {
    const source = [
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      'import {',
      '  c,',
      "} from './c.ts';",
      "export { d } from './d.ts';",
      "import './e.ts';",
      "const f = await import('./f.ts');",
      "// import g from './g.ts';",
      "/** import h from './h.ts'; */",
      'const word = "from \'./i.ts\'";',
    ].join('\n');
    assert.deepEqual(importsOf(source).toSorted(), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
  });

  test('resolves relative imports and leaves packages out', () => {
    const graph = importGraph(madeUp('src/tasks/a.ts ../tensors/b.ts ./c.ts node:fs graphql'));
    assert.deepEqual(graph.get('src/tasks/a.ts'), ['src/tensors/b.ts', 'src/tasks/c.ts']);
  });

  test('finds a cycle over three modules and says where it is', () => {
    const graph = importGraph(madeUp('src/x.ts ./a.ts', 'src/a.ts ./b.ts', 'src/b.ts ./c.ts', 'src/c.ts ./a.ts'));
    assert.deepEqual(findCycle(graph), ['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/a.ts']);
  });

  test('finds no cycle where two ways lead to one module', () => {
    const graph = importGraph(madeUp('src/a.ts ./b.ts ./c.ts', 'src/b.ts ./d.ts', 'src/c.ts ./d.ts', 'src/d.ts'));
    assert.equal(findCycle(graph), null);
  });

  const verdicts: readonly (readonly [module: string, imported: string, verdict: RegExp | null])[] = [
    ['src/http/a.ts', '../graphql/b.ts', null],
    ['src/tensors/a.ts', '../errors.ts', null],
    ['src/tasks/a.ts', '../backends/backend.ts', null],
    ['src/inference/batching/a.ts', '../../backends/backend.ts', null],
    ['src/inference/batching/a.ts', '../predict.ts', null],
    ['src/gateway.ts', './backends/index.ts', null],
    ['src/graphql/a.ts', '../http/b.ts', /http is above graphql/],
    ['src/errors.ts', './config/options.ts', /config is above errors/],
    ['src/repository/a.ts', '../inference/b.ts', /inference is above repository/],
    ['src/repository/a.ts', '../backends/backend.ts', /backends is above repository/],
    ['src/repository/a.ts', '../tasks/b.ts', /tasks is above repository/],
    ['src/backends/a.ts', '../tasks/b.ts', /side by side/],
    ['src/tasks/a.ts', '../backends/index.ts', /only src\/backends\/backend\.ts/],
    ['src/inference/a.ts', '../backends/onnxruntime/pool.ts', /only src\/backends\/backend\.ts/],
    ['src/cli/a.ts', '../main.ts', /main is above cli/],
    ['src/cli/a.ts', '../../test/b.ts', /outside src/],
    ['src/helpers/a.ts', '../errors.ts', /helpers is on no floor/],
  ];
  for (const [module, imported, verdict] of verdicts) {
    test(`${verdict === null ? 'admits' : 'refuses'} that ${module} imports ${imported}`, () => {
      const wrong = findWrongImports(importGraph(madeUp(`${module} ${imported}`)));
      if (verdict === null) assert.deepEqual(wrong, []);
      else assert.match(wrong.join('\n'), verdict);
    });
  }

  test('looks for a word in code only', () => {
    const modules = new Map([
      ['src/a.ts', "// The process.\nconst text = 'process.env';"],
      ['src/b.ts', 'const { env } = process;'],
    ]);
    assert.deepEqual(modulesWith(modules, /\bprocess\b(?!\s*:)/), ['src/b.ts']);
  });
});
