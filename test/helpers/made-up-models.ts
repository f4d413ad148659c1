import { apiNames } from '../../src/graphql/api-names.ts';
import { contractOf } from '../../src/graphql/generated-part.ts';
import type { StaticSchema } from '../../src/graphql/static-schema.ts';
import type { ServedModel } from '../../src/inference/served-model.ts';
import { manifestSchema } from '../../src/repository/manifest.ts';
import type { ModelEntry, VersionEntry } from '../../src/repository/model-entry.ts';
import { discovered, type VersionState } from '../../src/repository/version-state.ts';
import type { RowPort } from '../../src/tasks/row-signature.ts';
import { tensorTask } from '../../src/tasks/tensor.ts';
import { taskContext } from './shared-types.ts';

export interface MadeUpModel {
  readonly name: string;
  readonly version?: number;
  readonly manifest?: object;
  readonly outputs?: readonly RowPort[];
}

/** A model as the schema sees it, with nothing behind it that could predict. Its input is `x`, its output `y`. */
export function madeUpModel(
  base: StaticSchema,
  { name, version = 1, manifest = {}, outputs = [{ name: 'y', datatype: 'FP32', shape: [] }] }: MadeUpModel,
): ServedModel {
  const context = taskContext([{ name: 'x', datatype: 'FP32', shape: [] }], outputs, manifest);
  const task = tensorTask.bind({ ...context, model: name, typePrefix: apiNames(name).typePrefix, types: base.shared });
  const { manifest: parsed, signature } = context;
  const parts = { name, version, task, manifest: parsed, rowSignature: signature, contract: contractOf(task) };
  return parts as unknown as ServedModel;
}

/** Models of which each serves one version, by name. */
export function servedModels(...models: readonly ServedModel[]): ReadonlyMap<string, ModelEntry<ServedModel>> {
  return new Map(
    models.map((served) => {
      const { version } = served;
      const entry = madeUpEntry(served.name, { [version]: 'READY' }, { defaultVersion: version });
      return [served.name, { ...entry, versions: entry.versions.map((each) => ({ ...each, served })) }];
    }),
  );
}

/** An entry of the repository with these versions; those that are served serve a value that names them. */
export function madeUpEntry(
  name: string,
  versions: Readonly<Record<number, VersionState['phase']>>,
  { manifest = {}, defaultVersion = null as number | null, problem = null as string | null } = {},
): ModelEntry<ServedModel> {
  const parsed = manifestSchema.parse(manifest);
  const labels = Object.entries(parsed.versions.labels).filter(([, version]) => versions[version] === 'READY');
  return {
    name,
    manifest: parsed,
    labels: new Map(labels),
    problem,
    defaultVersion,
    versions: Object.entries(versions).map(([version, phase]) => madeUpVersion(name, Number(version), phase)),
  };
}

function madeUpVersion(name: string, version: number, phase: VersionState['phase']): VersionEntry<ServedModel> {
  const { since } = discovered(new Date(0));
  const state: VersionState =
    phase === 'FAILED' || phase === 'HELD' ? { phase, since, reason: 'The file is corrupt.' } : { phase, since };
  const served = phase === 'READY' ? ({ name, version } as ServedModel) : null;
  return { version, state, file: null, served, update: null };
}
