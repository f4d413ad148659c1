import { Closer } from './closer.ts';
import { emptyManifest, type Manifest } from './manifest.ts';
import { Generation, type KeptVersion } from './generation.ts';
import { Holds } from './holds.ts';
import type { ConvergeOptions, KeeperOptions } from './keeper-options.ts';
import { ModelBoard } from './model-board.ts';
import { ModelRules, settingsOf } from './model-rules.ts';
import type { FoundModel, ReadableModel } from './scan.ts';
import { chooseVersions } from './version-policy.ts';

/**
 * Brings one model to what its folder holds, step by step, so that at every moment what serves is whole: a version is
 * loaded, warmed, verified and compared with what clients rely on before the one that it replaces is closed.
 */
export class ModelKeeper<Served> {
  readonly name: string;
  /** What somebody asked for by hand. Changes take effect when the model next converges. */
  readonly holds: Holds;
  readonly #path: string;
  readonly #options: KeeperOptions<Served>;
  readonly #rules: ModelRules;
  readonly #versions = new Map<number, KeptVersion<Served>>();
  readonly #closer: Closer<Served>;
  readonly #board: ModelBoard<Served>;
  #problems: readonly string[] = [];
  #retired = false;

  constructor({ name, path }: Pick<FoundModel, 'name' | 'path'>, options: KeeperOptions<Served>) {
    this.name = name;
    this.#path = path;
    this.#options = options;
    this.holds = new Holds(options.orders);
    this.#rules = new ModelRules({ name, path }, options.hooks);
    this.#board = new ModelBoard(name, options);
    this.#closer = new Closer(name, options.hooks);
  }

  /** Takes note of versions that are new, changed or gone, without loading or closing anything. */
  discover({ versions }: ReadableModel): void {
    const left = new Set(versions.map(({ version }) => version));
    for (const kept of this.#versions.values()) if (!left.has(kept.version)) kept.files = null;
    for (const { version, fingerprint } of versions) {
      const kept = this.#versions.get(version) ?? this.#begin(version, fingerprint ?? '');
      kept.files = fingerprint ?? kept.files ?? '';
      kept.isReadable = fingerprint !== null;
    }
    this.#show();
  }

  /**
   * Does all that it takes to serve what the folder holds. One at a time.
   * @returns whether something was left because its files seem to be on their way.
   */
  async converge(found: ReadableModel, options: ConvergeOptions): Promise<boolean> {
    await this.#rules.update(found.manifest);
    if (this.#rules.error?.incomplete === true && options.mayBeIncomplete) return true;
    this.discover(found);
    const { manifest } = this.#rules;
    if (manifest === null) {
      this.#refuseAll();
      return false;
    }
    const available = [...this.#versions.values()]
      .filter((kept) => !this.#isLeaving(kept))
      .map(({ version }) => version);
    const choice = chooseVersions(available, manifest.versions.serve);
    this.#problems = this.#rules.problems({ versions: this.#versions.size, missing: choice.missing });
    const alone = [...Object.values(manifest.versions.labels), ...this.holds.loaded];
    const named = new Set([...choice.all, ...alone.filter((version) => available.includes(version))]);
    // What serves by default comes first: the others are compared with it.
    await this.#serveFirst(choice.firstOf, manifest, options);
    for (const version of named) await this.#serve(version, manifest, options);
    if (this.#retired) return false;
    this.#show();
    this.#unloadUnwanted(named, choice.firstOf);
    this.#board.tellProblem();
    return [...this.#versions.values()].some(({ latest }) => latest.phase === 'DISCOVERED');
  }

  /** What a version was, or is to be, loaded from; null where there is none of that number. */
  sourceOf(version: number): string | null {
    return this.#versions.get(version)?.latest.key ?? null;
  }

  /** Loads nothing more, and shows nothing any more. */
  stop(): void {
    this.#retired = true;
    this.#board.close();
  }

  /** Closes every version, each after its last request. Settles when all are closed. */
  async close(): Promise<void> {
    this.stop();
    for (const kept of this.#versions.values()) this.#leave(kept);
    await this.#closer.done();
  }

  /** Whether the version's folder is gone, or it was unloaded by hand. */
  #isLeaving({ version, files }: KeptVersion<Served>): boolean {
    return files === null || this.holds.isUnloaded(version);
  }

  #begin(version: number, files: string): KeptVersion<Served> {
    const { manifest } = this.#rules;
    const latest = new Generation<Served>({ files, settings: manifest === null ? null : settingsOf(manifest) });
    const kept = this.#versions.get(version) ?? { version, files, isReadable: true, serving: null, latest };
    kept.latest = latest;
    this.#versions.set(version, kept);
    this.#board.tell(kept, latest);
    return kept;
  }

  /** Brings the newest version into service that can serve, and leaves older ones alone unless they are needed. */
  async #serveFirst(order: readonly number[], manifest: Manifest, options: ConvergeOptions): Promise<void> {
    let compared = false;
    for (const [index, version] of order.entries()) {
      const kept = await this.#load(version, manifest, options);
      if (kept !== null) {
        let relied = this.#reliedOn(kept, manifest);
        if (this.#board.entry?.defaultVersion == null && !compared && !this.#isAccepted(kept, manifest)) {
          // After a start nothing serves yet, and clients still rely on the version before: it tells what would break.
          compared = true;
          relied = await this.#loadFirst(order.slice(index + 1), manifest, options);
        }
        this.#admit(kept, manifest, relied);
      }
      if (this.#versions.get(version)?.serving != null) return;
    }
  }

  /** Loads the first version that can be loaded. */
  async #loadFirst(order: readonly number[], manifest: Manifest, options: ConvergeOptions): Promise<Served | null> {
    for (const version of order) {
      const kept = await this.#load(version, manifest, options);
      if (kept !== null) return kept.latest.loaded;
    }
    return null;
  }

  async #serve(version: number, manifest: Manifest, options: ConvergeOptions): Promise<void> {
    const kept = await this.#load(version, manifest, options);
    if (kept !== null) this.#admit(kept, manifest, this.#reliedOn(kept, manifest));
  }

  /** @returns null when the version cannot serve. */
  async #load(version: number, manifest: Manifest, options: ConvergeOptions): Promise<KeptVersion<Served> | null> {
    const kept = this.#versions.get(version);
    if (kept === undefined || kept.files === null || this.#retired) return null;
    const source = { files: kept.files, settings: settingsOf(manifest) };
    const { latest } = kept;
    if (latest.isFrom(source)) {
      if (latest.loaded !== null && latest.phase !== 'DRAINING') return kept;
      if (latest.phase === 'FAILED' && !options.retry) return null;
    }
    if (!kept.isReadable) return null;
    if (latest.phase !== 'DISCOVERED' || !latest.isFrom(source)) {
      if (kept.serving !== latest) this.#close(kept, latest);
      this.#begin(version, kept.files);
    }
    const generation = kept.latest;
    const isLoaded = await this.#options.loader.load({
      model: this.name,
      path: this.#path,
      version,
      manifest,
      generation,
      mayBeIncomplete: options.mayBeIncomplete,
      onStep: () => {
        this.#board.tell(kept, generation);
        this.#show();
      },
    });
    if (!isLoaded || this.#retired) return null;
    const { loaded } = generation;
    if (loaded === null) return null;
    void this.#options.hooks.broken(loaded).then(({ message }) => this.#fail(kept, generation, message));
    return kept;
  }

  /** What clients rely on where the version would take its place; null where it takes nobody's, or where it goes back. */
  #reliedOn({ version }: KeptVersion<Served>, { versions: { serve } }: Manifest): Served | null {
    const serving = this.#board.entry?.defaultVersion ?? null;
    if (serving === null || version < serving) return null;
    if (typeof serve !== 'string' && !serve.includes(version)) return null;
    return this.#versions.get(serving)?.serving?.loaded ?? null;
  }

  #isAccepted({ version, latest }: KeptVersion<Served>, manifest: Manifest): boolean {
    return manifest.versions.acceptBreaking.includes(version) || this.holds.isAccepted(version, latest.key);
  }

  /** Lets a loaded version serve, or holds it. */
  #admit(kept: KeptVersion<Served>, manifest: Manifest, relied: Served | null): void {
    const { latest, serving } = kept;
    if (latest === serving || latest.loaded === null) return;
    const breaks =
      relied === null || this.#isAccepted(kept, manifest) ? [] : this.#options.hooks.breaks(relied, latest.loaded);
    if (breaks.length > 0) {
      const reason = `It would break what clients rely on: ${breaks.join(' ')}`;
      if (latest.phase === 'HELD' && 'reason' in latest.state && latest.state.reason === reason) return;
      latest.advance({ phase: 'HELD', reason });
    } else {
      latest.advance({ phase: 'READY' });
      kept.serving = latest;
    }
    this.#board.tell(kept, latest);
    // Readers see the new version, the default and the labels that follow from it in one step.
    this.#show();
    if (serving !== null && kept.serving !== serving) this.#close(kept, serving);
  }

  /** What was loaded turned out to be unable to serve. */
  #fail(kept: KeptVersion<Served>, generation: Generation<Served>, reason: string): void {
    const { loaded, phase } = generation;
    if (loaded === null || (phase !== 'READY' && phase !== 'HELD' && phase !== 'WARMING')) return;
    generation.advance({ phase: 'FAILED', reason });
    generation.loaded = null;
    this.#board.tell(kept, generation);
    if (kept.serving === generation) kept.serving = null;
    this.#show();
    this.#closer.close(loaded, () => this.#show());
    if (!this.#retired) this.#options.onBroken();
  }

  #unloadUnwanted(wanted: ReadonlySet<number>, firstOf: readonly number[]): void {
    const { defaultVersion, labels } = this.#board.entry ?? { defaultVersion: null, labels: new Map<string, number>() };
    const named = new Set([...wanted, ...labels.values()]);
    for (const kept of this.#versions.values()) {
      const { version, latest, serving } = kept;
      if (!this.#isLeaving(kept)) {
        if (version === defaultVersion || named.has(version)) continue;
        const mayCome = firstOf.includes(version) && (defaultVersion === null || version > defaultVersion);
        const isAwaited = mayCome && (latest.phase === 'HELD' || latest.phase === 'DISCOVERED');
        if (serving === null && (latest.phase === 'FAILED' || isAwaited)) continue;
      }
      this.#leave(kept);
    }
    this.#show();
  }

  /** Takes a version out of service; it is closed when its last request has ended. */
  #leave(kept: KeptVersion<Served>): void {
    const { serving, latest } = kept;
    kept.serving = null;
    if (serving !== null && serving !== latest) {
      this.#close(kept, latest);
      kept.latest = serving;
    }
    if (kept.latest.phase === 'DISCOVERED') this.#advance(kept, kept.latest, 'UNLOADED');
    this.#close(kept, kept.latest);
    this.#forget(kept);
  }

  /** A version whose folder is gone is shown until it is closed. */
  #forget(kept: KeptVersion<Served>): void {
    if (kept.files === null && kept.serving === null && kept.latest.loaded === null)
      this.#versions.delete(kept.version);
  }

  #close(kept: KeptVersion<Served>, generation: Generation<Served>): void {
    const { loaded } = generation;
    if (loaded === null || generation.phase === 'DRAINING') return;
    this.#advance(kept, generation, 'DRAINING');
    this.#closer.close(loaded, () => {
      generation.loaded = null;
      this.#advance(kept, generation, 'UNLOADED');
      this.#forget(kept);
      this.#show();
    });
  }

  #advance(kept: KeptVersion<Served>, generation: Generation<Served>, phase: 'DRAINING' | 'UNLOADED'): void {
    generation.advance({ phase });
    // A life that was followed by another ends unnoticed.
    if (kept.latest === generation) this.#board.tell(kept, generation);
  }

  #refuseAll(): void {
    const reason = this.#rules.error?.message ?? '';
    this.#problems = [reason];
    for (const kept of this.#versions.values()) {
      if (kept.latest.phase !== 'DISCOVERED') continue;
      kept.latest.advance({ phase: 'FAILED', reason });
      this.#board.tell(kept, kept.latest);
    }
    this.#show();
    // What is wrong is told once: with the versions, where there are any.
    this.#board.tellProblem(this.#versions.size > 0 ? reason : undefined);
  }

  #show(): void {
    this.#board.show({
      manifest: this.#rules.manifest ?? emptyManifest,
      problems: this.#problems,
      versions: [...this.#versions.values()].toSorted((a, b) => a.version - b.version),
      isLeaving: (kept) => this.#isLeaving(kept),
    });
  }
}
