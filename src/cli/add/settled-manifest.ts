import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { emptyManifest, type Manifest } from '../../repository/manifest.ts';
import { manifestFileName } from '../../repository/scan.ts';
import { configFileName, refuseUnread } from './files-beside.ts';
import { doubtLabel } from './label-check.ts';
import { proposeManifest } from './proposal.ts';
import type { Situation } from './situation.ts';
import { writeDurably } from './staging.ts';
import { using } from './workbench.ts';

/** Under which manifest a version is to be served. */
export interface SettledManifest {
  readonly manifest: Manifest;
  /** The text that was staged; null where nothing was. */
  readonly proposed: string | null;
  readonly notes: readonly string[];
}

/** The manifest of the model, or one that is proposed and staged. */
export async function settleManifest({
  request,
  destination,
  declared,
  examples,
  staging,
  workbench,
}: Situation): Promise<SettledManifest> {
  const { source, asked, beside } = request;
  const { name, version, manifest, versions, models, hasSchema } = destination;
  const { signature, file } = declared;
  const { modelFolder, versionFolder } = staging;
  const files = beside.map((path) => basename(path));
  if (manifest !== null) {
    refuseUnread(files, { task: manifest.task, asked: asked.task }, []);
    return { manifest, proposed: null, notes: [] };
  }
  const isAsked = asked.task !== null || asked.features !== null || asked.labels !== null;
  if (versions.length > 0 && !isAsked) {
    const note = `${name} has versions and no manifest, so that clients see it as the task tensor. None was written, since it would change what they see: give --task to have one.`;
    refuseUnread(files, { task: emptyManifest.task, asked: asked.task }, []);
    return { manifest: emptyManifest, proposed: null, notes: [note] };
  }
  const trial = { name, version, path: source, folder: versionFolder, models };
  const config = beside.find((path) => basename(path) === configFileName);
  const given = new Map(files.map((name) => [name, undefined as Buffer | undefined]));
  if (config !== undefined) given.set(configFileName, await readFile(config));
  const proposal = await proposeManifest({
    signature,
    file,
    asked,
    hasSchema,
    beside: given,
    example: examples?.find(({ kind }) => kind === 'input')?.values ?? null,
    whyNot: (proposed) => workbench.whyNot({ ...trial, manifest: proposed }, signature),
    whyMisread: async (proposed) => {
      // Most models have no two outputs that could contradict each other, and need not be loaded for this.
      if (signature.outputs.length < 2 || !proposed.task.endsWith('-classification')) return null;
      return await using(await workbench.open({ ...trial, manifest: proposed }), (served) => doubtLabel(served, []));
    },
  });
  await writeDurably(join(modelFolder, manifestFileName), proposal.text);
  return { manifest: proposal.manifest, proposed: proposal.text, notes: proposal.notes };
}
