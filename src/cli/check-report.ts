import { join } from 'node:path';
import type { ModelService } from '../gateway/model-service.ts';
import { apiNames } from '../graphql/api-names.ts';
import { goldenFileName, readGolden } from '../inference/golden.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { ModelEntry, VersionEntry } from '../repository/model-entry.ts';
import { scanRepository, type StrayModel } from '../repository/scan.ts';
import type { SchemaComparison } from './schema-file.ts';

/** What was found out about one version. */
export interface CheckedVersion {
  readonly version: number;
  /** `SKIPPED`: the manifest neither serves nor names it. */
  readonly result: 'READY' | 'FAILED' | 'HELD' | 'SKIPPED';
  /** Why it is not ready; null when it is. */
  readonly reason: string | null;
  /** The typed field below `predict`; null where it answers through `infer` alone, or not at all. */
  readonly field: string | null;
  /** How many golden examples it reproduced; null when it is not ready. */
  readonly goldenExamples: number | null;
  /** Size of the model file, without its external data. */
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly warnings: readonly string[];
}

export interface CheckedModel {
  readonly name: string;
  readonly task: string;
  /** What is wrong with folder or manifest, unless every version failed for it. */
  readonly problem: string | null;
  /** Ascending by version. */
  readonly versions: readonly CheckedVersion[];
}

/** What the verification of a repository found. It is printed as JSON: keys are added and never change their meaning. */
export interface CheckReport {
  /** Whether everything that was looked at can be served, and no client of the schema would notice. */
  readonly ok: boolean;
  /** What is wrong with the repository as a whole. */
  readonly problem: string | null;
  readonly models: readonly CheckedModel[];
  /** Files and folders that look like models and lie where none is looked for. */
  readonly misplaced: readonly StrayModel[];
  /** Null when no schema was given to compare with. */
  readonly schema: SchemaComparison | null;
  readonly summary: CheckSummary;
}

export interface CheckSummary {
  readonly ready: number;
  readonly failed: number;
  readonly held: number;
  readonly skipped: number;
  /** Of the repository, of models, and of what is misplaced. */
  readonly problems: number;
  readonly breakingChanges: number;
  /** Of versions, and dangerous changes of the schema. */
  readonly warnings: number;
}

/** Reports on a repository that was loaded. */
export async function reportOn(
  { repository, backend }: Pick<ModelService, 'repository' | 'backend'>,
  root: string,
  schema: SchemaComparison | null,
): Promise<CheckReport> {
  const { strays } = await scanRepository(root, backend.modelFileName);
  const models = await Promise.all([...repository.models.values()].map((model) => checkedModel(root, model)));
  const hasVersions = models.some(({ versions }) => versions.length > 0);
  const problem = hasVersions ? null : `There is no model. Put one at <name>/1/${backend.modelFileName} in ${root}.`;
  const summary = summarise(problem, models, strays, schema);
  const { failed, held, problems, breakingChanges } = summary;
  const ok = failed + held + problems + breakingChanges === 0;
  return { ok, problem, models, misplaced: strays, schema, summary };
}

async function checkedModel(root: string, model: ModelEntry<ServedModel>): Promise<CheckedModel> {
  const { name, manifest } = model;
  const versions = await Promise.all(model.versions.map((entry) => checkedVersion(root, model, entry)));
  const isToldThere = versions.some(({ reason }) => reason === model.problem);
  return { name, task: manifest.task, problem: isToldThere ? null : model.problem, versions };
}

async function checkedVersion(
  root: string,
  model: ModelEntry<ServedModel>,
  { version, state, file, served }: VersionEntry<ServedModel>,
): Promise<CheckedVersion> {
  const { phase } = state;
  const isReady = phase === 'READY' && served !== null;
  const golden = isReady ? await readGolden(join(root, model.name, String(version), goldenFileName), served) : null;
  const typed = model.versions.find((entry) => entry.version === model.defaultVersion)?.served ?? null;
  return {
    version,
    result: phase === 'READY' || phase === 'FAILED' || phase === 'HELD' ? phase : 'SKIPPED',
    reason: isReady ? null : 'reason' in state ? state.reason : whySkipped(model, file !== null),
    field: isReady && served.contract === typed?.contract ? apiNames(model.name).field : null,
    goldenExamples: isReady ? (golden?.examples.length ?? 0) : null,
    sizeBytes: file?.sizeBytes ?? null,
    sha256: file?.sha256 ?? null,
    warnings: [...(served?.notes ?? [])],
  };
}

function whySkipped({ manifest }: ModelEntry<ServedModel>, wasLoaded: boolean): string {
  const { serve } = manifest.versions;
  const policy = typeof serve === 'string' ? serve : `[${serve.join(', ')}]`;
  const what = wasLoaded ? 'It was only loaded to compare a newer version with it' : 'It was not looked at';
  return `${what}: versions.serve is ${policy} in the manifest, and no label names it.`;
}

function summarise(
  problem: string | null,
  models: readonly CheckedModel[],
  strays: readonly StrayModel[],
  schema: SchemaComparison | null,
): CheckSummary {
  const versions = models.flatMap((model) => model.versions);
  const count = (result: CheckedVersion['result']) => versions.filter((version) => version.result === result).length;
  const told = [problem, ...models.map((model) => model.problem)].filter((each) => each !== null);
  const warnings = versions.flatMap((version) => version.warnings).length + (schema?.dangerous.length ?? 0);
  return {
    ready: count('READY'),
    failed: count('FAILED'),
    held: count('HELD'),
    skipped: count('SKIPPED'),
    problems: told.length + strays.length,
    breakingChanges: schema?.breaking.length ?? 0,
    warnings,
  };
}
