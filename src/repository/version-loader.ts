import { join } from 'node:path';
import { mayBeShown, ModelLoadError } from '../errors.ts';
import type { Generation } from './generation.ts';
import type { Manifest } from './manifest.ts';
import type { RepositoryHooks } from './model-entry.ts';
import { readFolder } from './read-folder.ts';
import type { Semaphore } from './semaphore.ts';
import { verifyFile } from './verify.ts';

/** The folder that a version is loaded from. */
export interface LoadRequest<Served> {
  readonly model: string;
  /** The model's folder. */
  readonly path: string;
  readonly version: number;
  readonly manifest: Manifest;
  readonly generation: Generation<Served>;
  /** Whether files that look half copied may still be on their way. */
  readonly mayBeIncomplete: boolean;
  /** Told of every step. */
  readonly onStep: () => void;
}

/** The files changed while they were loaded. */
class ChangedMeanwhile extends Error {}

/** Brings versions up to where they could serve. */
export class VersionLoader<Served> {
  readonly #hooks: RepositoryHooks<Served>;
  readonly #loads: Semaphore;

  /** @param loads how many versions are loaded at the same time. */
  constructor(hooks: RepositoryHooks<Served>, loads: Semaphore) {
    this.#hooks = hooks;
    this.#loads = loads;
  }

  /**
   * Verifies, loads and warms a version that was just discovered. It ends WARMING with everything done, or FAILED, or
   * DISCOVERED again where its files seem to be still on their way.
   * @returns whether it could serve.
   */
  load(request: LoadRequest<Served>): Promise<boolean> {
    return this.#loads.run(() => this.#load(request));
  }

  async #load({ model, path, version, manifest, generation, mayBeIncomplete, onStep }: LoadRequest<Served>) {
    const step = (to: Parameters<typeof generation.advance>[0]): void => {
      generation.advance(to);
      onStep();
    };
    const folder = join(path, String(version));
    const hasChanged = async () => (await readFolder(folder)).fingerprint !== generation.source.files;
    try {
      step({ phase: 'VERIFYING' });
      generation.file = await verifyFile(path, version, this.#hooks.modelFileName);
      step({ phase: 'LOADING' });
      const request = { model, version, manifest, file: generation.file, folder };
      generation.loaded = await this.#hooks.open(request);
      step({ phase: 'WARMING' });
      await this.#hooks.warm(generation.loaded, request);
      // What was loaded may be half of each.
      if (await hasChanged()) throw new ChangedMeanwhile();
      return true;
    } catch (error) {
      const { loaded } = generation;
      generation.loaded = null;
      const looksCutOff = error instanceof ModelLoadError && error.incomplete;
      // Files that were replaced or taken away under our eyes say nothing of those that lie there now. Where the disk
      // fails, the first error says more.
      const isOnItsWay =
        (mayBeIncomplete && looksCutOff) ||
        error instanceof ChangedMeanwhile ||
        (await hasChanged().catch(() => false));
      if (isOnItsWay) step({ phase: 'DISCOVERED' });
      else step({ phase: 'FAILED', reason: this.#reasonOf(model, error) });
      if (loaded !== null) await this.#hooks.close(loaded);
      return false;
    }
  }

  #reasonOf(model: string, error: unknown): string {
    if (error instanceof ModelLoadError || mayBeShown(error)) return error.message;
    this.#hooks.onFault(model, error);
    return 'An unexpected fault of the server; its log says more.';
  }
}
