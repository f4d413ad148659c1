import { join } from 'node:path';
import { ModelLoadError } from '../errors.ts';
import { emptyManifest, type Manifest } from './manifest.ts';
import type { RepositoryHooks } from './model-entry.ts';
import { manifestFileName, type FoundModel } from './scan.ts';

type RulesHooks = Pick<RepositoryHooks<unknown>, 'modelFileName' | 'readManifest'>;

/**
 * The manifest of one model as it is in force: the present one, or the last good one while the present one has errors.
 */
export class ModelRules {
  readonly #name: string;
  readonly #path: string;
  readonly #hooks: RulesHooks;
  /** Undefined before the folder was looked at. */
  #fingerprint: string | null | undefined;
  #manifest: Manifest | null = emptyManifest;
  #error: ModelLoadError | null = null;

  constructor({ name, path }: Pick<FoundModel, 'name' | 'path'>, hooks: RulesHooks) {
    this.#name = name;
    this.#path = join(path, manifestFileName);
    this.#hooks = hooks;
  }

  /** The manifest in force; null while there never was one that could be read. */
  get manifest(): Manifest | null {
    return this.#manifest;
  }

  /** What is wrong with the present manifest; null when nothing is. */
  get error(): ModelLoadError | null {
    return this.#error;
  }

  /**
   * Reads the manifest if it changed.
   * @param fingerprint of the manifest; null where there is none.
   */
  async update(fingerprint: string | null): Promise<void> {
    if (fingerprint === this.#fingerprint) return;
    try {
      const manifest = fingerprint === null ? emptyManifest : await this.#hooks.readManifest(this.#path);
      this.#manifest = manifest;
      this.#error = null;
      this.#fingerprint = fingerprint;
    } catch (error) {
      if (!(error instanceof ModelLoadError)) throw error;
      // Versions are not served under rules that nobody wrote: a first manifest with errors leaves no rules.
      if (this.#fingerprint === undefined) this.#manifest = null;
      this.#error = error;
      this.#fingerprint = fingerprint;
    }
  }

  /** What is wrong with the folder, a sentence each. @param missing versions that the manifest names and nobody finds. */
  problems({ versions, missing }: { readonly versions: number; readonly missing: readonly number[] }): string[] {
    const problems: string[] = [];
    if (this.#error !== null) problems.push(`${this.#error.message} The manifest before it stays in force.`);
    if (versions === 0) {
      problems.push(`The folder has no version. Put the model at ${this.#name}/1/${this.#hooks.modelFileName}.`);
    } else if (missing.length > 0) {
      problems.push(`The manifest names versions that the folder does not have: ${missing.join(', ')}.`);
    }
    return problems;
  }
}

/** The part of a manifest that decides how a version is opened: all but which versions serve, and under which names. */
export function settingsOf(manifest: Manifest): string {
  return JSON.stringify({ ...manifest, versions: undefined });
}
