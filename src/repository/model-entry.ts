import type { Manifest } from './manifest.ts';
import type { VerifiedFile } from './verify.ts';
import type { VersionState } from './version-state.ts';

/** One version of a model. `served` is there exactly while the state is READY. */
export interface VersionEntry<Served> {
  readonly version: number;
  readonly state: VersionState;
  readonly file: VerifiedFile | null;
  readonly served: Served | null;
  /**
   * Where the version's changed files or manifest are in their life, while what was loaded before them goes on serving;
   * null when what is served is what the folder holds.
   */
  readonly update: VersionState | null;
}

/** One model of the repository. Entries are replaced, never changed, so that a reader sees one moment. */
export interface ModelEntry<Served> {
  readonly name: string;
  /** The last good one, where the present one has errors. */
  readonly manifest: Manifest;
  /** What is wrong with folder or manifest; null when nothing is. */
  readonly problem: string | null;
  /** Ascending by version. */
  readonly versions: readonly VersionEntry<Served>[];
  /** The version for requests that name none; null while none is ready. */
  readonly defaultVersion: number | null;
  /** The labels in force: each names a version that is ready. */
  readonly labels: ReadonlyMap<string, number>;
}

/** Whether a version of the model cannot be served as it is. */
export function hasFailed(model: ModelEntry<unknown> | undefined): boolean {
  return model?.versions.some(({ state }) => state.phase === 'FAILED') === true;
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
  /** Reads a manifest. @throws ModelLoadError when it cannot come into force, whatever the model is. */
  readManifest(path: string): Promise<Manifest>;
  /** @throws ModelLoadError when the version cannot be served. */
  open(version: VersionToOpen): Promise<Served>;
  /** Makes first calls and compares golden examples. @throws ModelLoadError when the version must not serve. */
  warm(served: Served, version: VersionToOpen): Promise<void>;
  /** Resolves when what was loaded can serve no more by itself, with why. */
  broken(served: Served): Promise<Error>;
  /** Waits until nothing uses it any more, then frees it. */
  close(served: Served): Promise<void>;
  /** What clients of `before` could no longer do with `after` in its place, a sentence each; empty when nothing. */
  breaks(before: Served, after: Served): readonly string[];
  /** Told of everything that happens, before readers see it. */
  onEvent(event: RepositoryEvent): void;
  /** Told of an error that nobody foresaw, for the log; clients only learn that there was one. */
  onFault(model: string | null, error: unknown): void;
}

/** What somebody asked for by hand. Without a version it is about all of the model. */
export type Order =
  | { readonly order: 'LOAD' | 'UNLOAD'; readonly version: number | null }
  | { readonly order: 'ACCEPT'; readonly version: number };

/** What happened in the repository. */
export type RepositoryEvent = { readonly model: string } & (
  | {
      readonly kind: 'STATE';
      readonly version: number;
      readonly state: VersionState;
      /** Whether it is the state of changed files, while those before them serve on. */
      readonly update: boolean;
    }
  | { readonly kind: 'DEFAULT'; readonly version: number | null; readonly from: number | null }
  | { readonly kind: 'LABEL'; readonly label: string; readonly version: number | null; readonly from: number | null }
  | { readonly kind: 'PROBLEM'; readonly problem: string | null }
  | { readonly kind: 'REMOVED' }
  | ({ readonly kind: 'ORDER' } & Order)
);
