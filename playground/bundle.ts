import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build as runEsbuild, type BuildOptions, type Metafile, type OutputFile, type Plugin } from 'esbuild';

/** What bundling gives: the files by name, and which of them the page refers to. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly script: string;
  readonly stylesheet: string;
  readonly icon: string;
  /** Chunks that the page needs at once although they are imported late, and those they import. */
  readonly preloads: readonly string[];
}

const sourceDirectory = fileURLToPath(new URL('.', import.meta.url));

/**
 * The workers of the Monaco editor that GraphiQL uses, as `graphiql/setup-workers` has them for other bundlers. The
 * packages are dependencies of GraphiQL, so that their versions always fit it.
 */
const workerEntries = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/** Imported late by GraphiQL for the sake of server-side rendering, but nothing can be typed before it is there. */
const editorEntry = 'node_modules/monaco-graphql/esm/monaco-editor.js';

const sharedOptions = {
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  outdir: sourceDirectory,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'linked',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  metafile: true,
  write: false,
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles the playground in memory. The workers come first, because the page must know their hashed names.
 * @throws when a module does not resolve or an import does not exist
 */
export async function bundlePlayground(): Promise<Bundle> {
  const workers = await runEsbuild({
    ...sharedOptions,
    entryPoints: workerEntries,
    entryNames: '[name].worker-[hash]',
  });
  const workerUrls = Object.fromEntries(
    Object.entries(workerEntries).map(([label, entry]) => [label, `./${outputOf(workers.metafile, entry)}`]),
  );
  const page = await runEsbuild({
    ...sharedOptions,
    entryPoints: ['playground/main.tsx', 'playground/playground.css', 'playground/icon.svg'],
    jsx: 'automatic',
    loader: { '.svg': 'copy' },
    plugins: [workerUrlsPlugin(workerUrls), monacoStylesPlugin, embeddedFontsPlugin],
  });
  return {
    files: filesByName([...workers.outputFiles, ...page.outputFiles]),
    script: outputOf(page.metafile, 'playground/main.tsx'),
    stylesheet: outputOf(page.metafile, 'playground/playground.css'),
    icon: outputOf(page.metafile, 'playground/icon.svg'),
    preloads: importsOf(page.metafile, outputOf(page.metafile, editorEntry)),
  };
}

/** Gives `playground:workers` to the page. */
function workerUrlsPlugin(workerUrls: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'worker-urls',
    setup(build) {
      build.onResolve({ filter: /^playground:workers$/ }, ({ path }) => ({ path, namespace: 'playground' }));
      build.onLoad({ filter: /.*/, namespace: 'playground' }, () => ({
        contents: `export const workerUrls = ${JSON.stringify(workerUrls)};`,
      }));
    },
  };
}

/** Leaves out the style sheets that Monaco's modules import: `graphiql/style.css` has all of them. */
const monacoStylesPlugin: Plugin = {
  name: 'monaco-styles',
  setup(build) {
    build.onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

/**
 * Takes the fonts out of GraphiQL's style sheet, which embeds 36 of them: 0.4 MB of base64 that would hold up the first
 * paint, of which a page in English needs two or three files.
 */
const embeddedFontsPlugin: Plugin = {
  name: 'embedded-fonts',
  setup(build) {
    build.onResolve({ filter: /^data:font\/\w+;base64,/ }, ({ path }) => {
      const [, format, base64 = ''] = /^data:font\/(\w+);base64,(.*)$/.exec(path) ?? [];
      const digest = createHash('sha256').update(base64).digest('hex');
      return { path: `${digest}/font.${format}`, namespace: 'embedded-font', pluginData: base64 };
    });
    build.onLoad({ filter: /.*/, namespace: 'embedded-font' }, ({ pluginData }) => ({
      contents: Buffer.from(String(pluginData), 'base64'),
      loader: 'file',
    }));
  },
};

function outputsByName(metafile: Metafile): Map<string, Metafile['outputs'][string]> {
  return new Map(Object.entries(metafile.outputs).map(([path, output]) => [baseName(path), output]));
}

/** The file that an entry point, or a module that is imported late, became. */
function outputOf(metafile: Metafile, entry: string): string {
  for (const [name, output] of outputsByName(metafile)) {
    if (output.entryPoint?.endsWith(entry)) return name;
  }
  throw new Error(`The bundle has no file for ${entry}.`);
}

/** A chunk and all that it imports at once, which the browser would otherwise find out one after the other. */
function importsOf(metafile: Metafile, name: string): string[] {
  const outputs = outputsByName(metafile);
  const found = new Set([name]);
  for (const chunk of found) {
    for (const imported of outputs.get(chunk)?.imports ?? []) {
      if (imported.kind === 'import-statement') found.add(baseName(imported.path));
    }
  }
  return [...found];
}

function filesByName(outputs: readonly OutputFile[]): Map<string, Uint8Array> {
  return new Map(outputs.map((file) => [baseName(file.path), file.contents]));
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
