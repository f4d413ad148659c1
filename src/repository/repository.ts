import { join } from 'node:path';
import { GatewayError, ModelLoadError } from '../errors.ts';
import { emptyManifest, readManifest, type Manifest } from './manifest.ts';
import { manifestFileName, scanRepository, type FoundModel } from './scan.ts';
import { verifyFile, type VerifiedFile } from './verify.ts';
import { chooseVersions, defaultVersion } from './version-policy.ts';
import { advance, discovered, isSettled, type VersionState } from './version-state.ts';

/** One version of a model. `served` is there exactly while the state is READY. */
export interface VersionEntry<Served> {
  readonly version: number;
  readonly state: VersionState;
  readonly file: VerifiedFile | null;
  readonly served: Served | null;
}

/** One model of the repository. Entries are replaced, never changed, so that a reader sees one moment. */
export interface ModelEntry<Served> {
  readonly name: string;
  readonly manifest: Manifest;
  /** What is wrong with folder or manifest; null when nothing is. */
  readonly problem: string | null;
  /** Ascending by version. */
  readonly versions: readonly VersionEntry<Served>[];
  /** The version for requests that name none; null while none is ready. */
  readonly defaultVersion: number | null;
}

/** What is opened: one version, its manifest and its verified file. */
export interface VersionToOpen {
  readonly model: string;
  readonly version: number;
  readonly manifest: Manifest;
  readonly file: VerifiedFile;
  /** The version's folder, for what lies beside the model file. */
  readonly folder: string;
}

/** What the repository asks of whoever can run models. A model is an opaque value to it. */
export interface RepositoryHooks<Served> {
  readonly modelFileName: string;
  /** @throws ModelLoadError when the version cannot be served. */
  open(version: VersionToOpen): Promise<Served>;
  /** Makes first calls and compares golden examples. @throws ModelLoadError when the version must not serve. */
  warm(served: Served, version: VersionToOpen): Promise<void>;
  close(served: Served): Promise<void>;
  /** Told of every step in a version's life, before readers see it. */
  onState(model: string, version: number, state: VersionState): void;
  /** Told of what is wrong with a model's place, folder or manifest, unless its versions fail for it. */
  onProblem(model: string, problem: string): void;
  /** Told of an error that nobody foresaw, for the log; clients only learn that there was one. */
  onFault(model: string, error: unknown): void;
}

export interface RepositoryOptions {
  /** Absolute path of the folder that holds the models. */
  readonly root: string;
  /** How many versions are loaded at the same time. */
  readonly parallelLoads: number;
}

/** The models of one folder. The folder is the only source of truth. */
export class Repository<Served> {
  readonly #options: RepositoryOptions;
  readonly #hooks: RepositoryHooks<Served>;
  readonly #listeners = new Set<() => void>();
  #models: ReadonlyMap<string, ModelEntry<Served>> = new Map();
  #scanned = false;

  constructor(options: RepositoryOptions, hooks: RepositoryHooks<Served>) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** The models by name, as of this moment. */
  get models(): ReadonlyMap<string, ModelEntry<Served>> {
    return this.#models;
  }

  /** Whether the repository was read and every version found is ready or has said why it is not. */
  get settled(): boolean {
    if (!this.#scanned) return false;
    for (const model of this.#models.values()) {
      if (!model.versions.every(({ state }) => isSettled(state))) return false;
    }
    return true;
  }

  /** Calls back after every change that readers can see. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the folder and loads what it should serve. Resolves when every version is settled.
   * @throws ModelLoadError when the folder itself cannot be read; what is wrong with one model stays with that model.
   */
  async load(): Promise<void> {
    const { models, strays } = await scanRepository(this.#options.root, this.#hooks.modelFileName);
    for (const { name, problem } of strays) this.#hooks.onProblem(name, problem);
    const loads: (() => Promise<void>)[] = [];
    for (const folder of models) loads.push(...(await this.#discover(folder)));
    this.#scanned = true;
    this.#notify();
    await runBounded(loads, this.#options.parallelLoads);
  }

  /** Closes every version, each after its last call. */
  async close(): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const model of this.#models.values()) {
      for (const { version, served } of model.versions) {
        if (served !== null) closing.push(this.#unload(model.name, version, served));
      }
    }
    await Promise.all(closing);
  }

  async #discover(folder: FoundModel): Promise<(() => Promise<void>)[]> {
    let manifest = emptyManifest;
    let problem: string | null = null;
    if (folder.manifest !== null) {
      try {
        manifest = await readManifest(join(folder.path, manifestFileName));
      } catch (error) {
        problem = this.#reasonOf(folder.name, error);
      }
    }
    const { serve, labels } = manifest.versions;
    const found = folder.versions.map(({ version }) => version);
    const choice = chooseVersions(found, serve, labels);
    if (problem === null && found.length === 0) {
      problem = `The folder has no version. Put the model at ${folder.name}/1/${this.#hooks.modelFileName}.`;
    } else if (problem === null && choice.missing.length > 0) {
      problem = `The manifest names versions that the folder does not have: ${choice.missing.join(', ')}.`;
    }
    // Versions of a model whose manifest is unreadable are not served under rules that nobody wrote: they fail for it.
    const unservable = manifest === emptyManifest && folder.manifest !== null && found.length > 0 ? problem : null;
    if (problem !== null && unservable === null) this.#hooks.onProblem(folder.name, problem);
    const state = discovered(new Date());
    const versions = found.map((version) => ({ version, state, file: null, served: null }));
    this.#replace({ name: folder.name, manifest, problem, versions, defaultVersion: null });
    if (unservable !== null) {
      for (const { version } of versions) this.#step(folder.name, version, { phase: 'FAILED', reason: unservable });
      return [];
    }
    for (const version of found) {
      if (!choice.load.includes(version)) this.#step(folder.name, version, { phase: 'UNLOADED' });
    }
    return choice.load.map((version) => () => this.#loadVersion(folder, version, manifest));
  }

  async #loadVersion(folder: FoundModel, version: number, manifest: Manifest): Promise<void> {
    const { name } = folder;
    let served: Served | null = null;
    try {
      this.#step(name, version, { phase: 'VERIFYING' });
      const file = await verifyFile(folder.path, version, this.#hooks.modelFileName);
      const request = { model: name, version, manifest, file, folder: join(folder.path, String(version)) };
      this.#step(name, version, { phase: 'LOADING' }, { file });
      served = await this.#hooks.open(request);
      this.#step(name, version, { phase: 'WARMING' });
      await this.#hooks.warm(served, request);
      this.#step(name, version, { phase: 'READY' }, { served });
    } catch (error) {
      this.#step(name, version, { phase: 'FAILED', reason: this.#reasonOf(name, error) });
      if (served !== null) await this.#hooks.close(served);
    }
  }

  async #unload(name: string, version: number, served: Served): Promise<void> {
    this.#step(name, version, { phase: 'DRAINING' }, { served: null });
    await this.#hooks.close(served);
    this.#step(name, version, { phase: 'UNLOADED' });
  }

  #step(
    name: string,
    version: number,
    to: Parameters<typeof advance>[1],
    change: Partial<Pick<VersionEntry<Served>, 'file' | 'served'>> = {},
  ): void {
    const model = this.#models.get(name);
    if (model === undefined) throw new Error(`There is no model ${name} to change.`);
    const versions = model.versions.map((entry) =>
      entry.version === version ? { ...entry, ...change, state: advance(entry.state, to, new Date()) } : entry,
    );
    const changed = versions.find((entry) => entry.version === version);
    if (changed !== undefined) this.#hooks.onState(name, version, changed.state);
    const ready = versions.filter(({ served }) => served !== null).map((entry) => entry.version);
    this.#replace({ ...model, versions, defaultVersion: defaultVersion(ready, model.manifest.versions.serve) });
    this.#notify();
  }

  #reasonOf(name: string, error: unknown): string {
    if (error instanceof ModelLoadError || error instanceof GatewayError) return error.message;
    this.#hooks.onFault(name, error);
    return 'An unexpected fault of the server; its log says more.';
  }

  #replace(model: ModelEntry<Served>): void {
    this.#models = new Map(this.#models).set(model.name, model);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function runBounded(jobs: readonly (() => Promise<void>)[], limit: number): Promise<void> {
  const queue = jobs.values();
  const lanes = Array.from({ length: Math.min(limit, jobs.length) }, async () => {
    for (const job of queue) await job();
  });
  await Promise.all(lanes);
}
