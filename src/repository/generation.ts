import { advance, discovered, type NextState, type VersionState } from './version-state.ts';
import type { VerifiedFile } from './verify.ts';

/** What a version was, or is to be, loaded from. */
export interface VersionSource {
  /** Fingerprint of the version's files. */
  readonly files: string;
  /** The part of the manifest that decides how the version is opened; null while there is no manifest in force. */
  readonly settings: string | null;
}

/**
 * One life of a version, from the files and the manifest as they were when it began. Changed files begin another, and
 * the two overlap, because the new one is loaded before the old one is closed.
 */
export class Generation<Served> {
  readonly source: VersionSource;
  state: VersionState = discovered(new Date());
  file: VerifiedFile | null = null;
  /** What was loaded; readers get it only while the state is READY. */
  loaded: Served | null = null;

  constructor(source: VersionSource) {
    this.source = source;
  }

  get phase(): VersionState['phase'] {
    return this.state.phase;
  }

  /** Tells what it was loaded from. */
  get key(): string {
    return `${this.source.files}\n${this.source.settings}`;
  }

  advance(to: NextState): void {
    this.state = advance(this.state, to, new Date());
  }

  isFrom({ files, settings }: VersionSource): boolean {
    return this.source.files === files && this.source.settings === settings;
  }
}

/** A version of a folder, with the life that serves and the one that was begun last, often the same. */
export interface KeptVersion<Served> {
  readonly version: number;
  /** Fingerprint of the files as they lie there now; null when the folder is gone. */
  files: string | null;
  /** Whether the files stand still; others are being copied, and not to be read. */
  isReadable: boolean;
  serving: Generation<Served> | null;
  latest: Generation<Served>;
}
