import { readFile, utimes, writeFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { ModelLoadError } from '../../src/errors.ts';
import { readManifest } from '../../src/repository/manifest.ts';
import type { RepositoryEvent, RepositoryHooks } from '../../src/repository/model-entry.ts';
import type { RepositoryOptions } from '../../src/repository/repository-options.ts';
import { Repository } from '../../src/repository/repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A made-up model: what the repository opened it with. */
export interface Toy {
  readonly key: string;
  /** The words of its file. `broken` fails to load, `wrong` fails to warm, `half` looks half copied. */
  readonly words: readonly string[];
  closed: boolean;
  /** To be resolved with why it can serve no more. */
  readonly broken?: PromiseWithResolvers<Error>;
}

/** What an event says, in a line. */
export function lineOf(event: RepositoryEvent): string {
  const { model } = event;
  if (event.kind === 'STATE') return `${model}/${event.version} ${event.state.phase}${event.update ? ' (update)' : ''}`;
  if (event.kind === 'DEFAULT') return `${model} -> ${event.version}`;
  if (event.kind === 'LABEL') return `${model} ${event.label} -> ${event.version}`;
  if (event.kind === 'ORDER') return `${model} ${event.order} ${event.version}`;
  return event.kind === 'PROBLEM' ? `${model}: ${event.problem}` : `${model} REMOVED`;
}

/**
 * A repository of toys that notes what it does. A toy breaks what clients of another rely on when it lacks one of the
 * other's words that end in an exclamation mark.
 */
export async function toyRepository(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  hooks: Partial<RepositoryHooks<Toy>> = {},
  options: Partial<RepositoryOptions> = {},
) {
  const root = await temporaryFolder(context, files);
  const events: RepositoryEvent[] = [];
  const faults: unknown[] = [];
  const toys: Toy[] = [];
  const repository = new Repository<Toy>(
    { root, parallelLoads: 2, watch: null, ...options },
    {
      modelFileName: 'model.toy',
      readManifest: async (path) => {
        const manifest = await readManifest(path);
        if (manifest.task === 'unknown') throw new ModelLoadError('There is no such task.');
        return manifest;
      },
      open: async ({ model, version, file }) => {
        const words = (await readFile(file.path, 'utf8')).split(' ');
        if (words.includes('broken')) throw new ModelLoadError('It is broken.');
        if (words.includes('half')) throw new ModelLoadError('It is cut off.', { incomplete: true });
        const toy: Toy = { key: `${model}/${version}`, words, closed: false, broken: Promise.withResolvers() };
        toys.push(toy);
        return toy;
      },
      warm: async ({ words }) => {
        if (words.includes('wrong')) throw new ModelLoadError('It answers wrongly.');
      },
      broken: ({ broken }) => broken?.promise ?? Promise.withResolvers<Error>().promise,
      close: async (toy) => {
        toy.closed = true;
      },
      breaks: (before, after) =>
        before.words
          .filter((word) => word.endsWith('!') && !after.words.includes(word))
          .map((word) => `${word} is gone.`),
      onEvent: (event) => events.push(event),
      onFault: (_model, error) => faults.push(error),
      ...hooks,
    },
  );
  context.after(() => repository.close());
  let age = 1;
  return {
    repository,
    root,
    events,
    faults,
    toys,
    /** The steps of versions so far. */
    steps: () => events.filter(({ kind }) => kind === 'STATE').map(lineOf),
    /** What happened since the last call, in lines. */
    news: () => events.splice(0).map(lineOf),
    /** Writes a file of the repository; each time its fingerprint is another. */
    write: async (path: string, text: string) => {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      age += 1;
      await utimes(file, age, age);
    },
    remove: (path: string) => rm(join(root, path), { recursive: true }),
    /** Version, phase and words of each version of a model. */
    versions: (model: string) =>
      repository.models
        .get(model)
        ?.versions.map(({ version, state, served }) =>
          [version, state.phase, ...(served === null ? [] : [served.words.join(' ')])].join(' '),
        ),
  };
}
