import { access, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { ModelLoadError, systemCode } from '../../errors.ts';
import { emptyManifest, type Manifest } from '../../repository/manifest.ts';
import { manifestFileName, scanRepository } from '../../repository/scan.ts';
import { readManifest } from '../../tasks/index.ts';
import { placeOf } from '../model-place.ts';
import type { AddRequest } from './request.ts';

/** Where in the repository a version is to lie, and what lies there. */
export interface Destination {
  readonly name: string;
  readonly version: number;
  /** The model's folder. */
  readonly folder: string;
  /** Whether there is no such folder yet. */
  readonly isNew: boolean;
  /** What the model's manifest says; null where it has none. */
  readonly manifest: Manifest | null;
  /** What holds for the versions that are there: the manifest, or that of a folder without one. */
  readonly inForce: Manifest;
  /** Versions that are there, ascending. */
  readonly versions: readonly number[];
  /** The models of the repository, with whether they may serve: their names are taken. */
  readonly models: ReadonlyMap<string, boolean>;
  /** Whether the first line of the shipped manifests, which names their schema for editors, holds here too. */
  readonly hasSchema: boolean;
}

/**
 * Finds the place for a version: the next number of its model.
 * @throws ModelLoadError when the place is taken, or what is there contradicts what was asked for.
 */
export async function findDestination(request: AddRequest, modelFileName: string): Promise<Destination> {
  const { source, root, asked } = request;
  requireFile(source, await fileStats(source), modelFileName);
  const name = request.name ?? (await placeOf(source, modelFileName)).model;
  const { models } = (await exists(root)) ? await scanRepository(root, modelFileName) : { models: [] };
  const folder = join(root, name);
  const found = models.find((model) => model.name === name);
  if (found === undefined && (await exists(folder))) {
    throw new ModelLoadError(`${folder} is there, and no folder of a model: move it, or give another --name.`);
  }
  const versions = found?.versions.map(({ version }) => version) ?? [];
  const version = request.version ?? Math.max(0, ...versions) + 1;
  if (versions.includes(version)) {
    throw new ModelLoadError(
      `${name} has a version ${version}, and versions are never written over: leave --version out for the next one, ${Math.max(...versions) + 1}.`,
    );
  }
  const manifest =
    found === undefined || found.manifest === null ? null : await readManifest(join(folder, manifestFileName));
  if (manifest !== null) refuseContradictions(name, manifest, asked);
  return {
    name,
    version,
    folder,
    isNew: found === undefined,
    manifest,
    inForce: manifest ?? emptyManifest,
    versions,
    models: new Map([
      ...models.map((model) => [model.name, model.versions.length > 0] as const),
      [name, versions.length > 0],
    ]),
    hasSchema: await exists(join(root, '..', 'schema', 'manifest.schema.json')),
  };
}

/** A manifest is its owner's, and never changed here. */
function refuseContradictions(name: string, { task }: Manifest, asked: AddRequest['asked']): void {
  const flags = [
    ...(asked.task !== null && asked.task !== task ? ['--task'] : []),
    ...(asked.features === null ? [] : ['--features']),
    ...(asked.labels === null ? [] : ['--labels']),
  ];
  if (flags.length === 0) return;
  throw new ModelLoadError(
    `${name} has a manifest, of the task ${task}, which holds for every version: edit ${name}/${manifestFileName}, and leave ${flags.join(', ')} out.`,
  );
}

async function fileStats(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemCode(error);
    throw new ModelLoadError(code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${code}).`, {
      cause: error,
    });
  }
}

function requireFile(path: string, found: { isFile(): boolean }, modelFileName: string): void {
  if (found.isFile()) return;
  throw new ModelLoadError(`${path} is no file: give the model itself, such as ${parse(path).base}/${modelFileName}.`);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
