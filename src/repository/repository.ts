import { Alarm } from './alarm.ts';
import { EventHistory } from './event-history.ts';
import type { HeldOrders } from './holds.ts';
import { hasFailed, type ModelEntry, type Order, type RepositoryEvent, type RepositoryHooks } from './model-entry.ts';
import type { Lane } from './lane.ts';
import { ModelKeeper } from './model-keeper.ts';
import { withModel } from './model-view.ts';
import type { RepositoryOptions } from './repository-options.ts';
import { contentOf, scanRepository, type FoundModel, type ReadableModel } from './scan.ts';
import { Semaphore } from './semaphore.ts';
import { Settling, whole } from './settling.ts';
import { ToldStrays } from './told-strays.ts';
import { VersionLoader } from './version-loader.ts';
import { watchRepository, type RepositoryWatch } from './watch.ts';

/** How many events are remembered. */
const historyLength = 1000;

/** After how long a model is looked at again whose files were on their way. */
const lookAgainMs = 1000;

/**
 * The models of one folder. The folder is the only source of truth: whatever it holds, the repository converges on it,
 * and whatever readers see in between is whole.
 */
export class Repository<Served> {
  readonly #options: RepositoryOptions;
  readonly #hooks: RepositoryHooks<Served>;
  readonly #loader: VersionLoader<Served>;
  readonly #settling: Settling;
  readonly #listeners = new Set<() => void>();
  readonly #lanes = new Map<string, Lane<Served>>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #history = new EventHistory(historyLength);
  readonly #strays = new ToldStrays();
  readonly #orders: Map<string, HeldOrders>;
  readonly #alarm = new Alarm(() => {
    this.#queueScan(false).catch((error: unknown) => this.#tellUnreadable(error));
  });
  readonly #started = Promise.withResolvers<void>();
  /** Models found at the start that have not settled yet; null before the first scan. */
  #awaited: Set<string> | null = null;
  #models: ReadonlyMap<string, ModelEntry<Served>> = new Map();
  #scanning: Promise<void> = Promise.resolve();
  #unreadable = false;
  #watch: Promise<RepositoryWatch> | null = null;
  #stopped = false;

  constructor(options: RepositoryOptions, hooks: RepositoryHooks<Served>) {
    this.#options = options;
    this.#hooks = hooks;
    this.#orders = new Map(options.orders);
    this.#loader = new VersionLoader(hooks, new Semaphore(options.parallelLoads));
    this.#settling = new Settling({ quietMs: options.watch?.settleMs ?? 0, now: Date.now });
  }

  /** The models by name and ascending by it, as of this moment. */
  get models(): ReadonlyMap<string, ModelEntry<Served>> {
    return this.#models;
  }

  /** Whether the repository was read, and every model found at the start serves or has said why it does not. */
  get settled(): boolean {
    return this.#awaited !== null && this.#awaited.size === 0;
  }

  /** What happened last; bounded. */
  get history(): EventHistory {
    return this.#history;
  }

  /** Calls back after every change that readers can see. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the folder, loads what it should serve, and goes on watching it. Resolves when every version found is settled.
   * @throws ModelLoadError when the folder itself cannot be read; what is wrong with one model stays with that model.
   */
  async load(): Promise<void> {
    await this.#queueScan(false);
    const { watch, root } = this.#options;
    if (watch !== null && !this.#stopped) {
      const watching = watchRepository(root, {
        mode: watch.mode,
        pollMs: watch.pollMs,
        onChange: () => this.#alarm.in(0),
        onError: (error) => this.#hooks.onFault(null, error),
      });
      this.#watch = watching;
      await watching;
      // What changed between the scan and the first event would go unnoticed.
      this.#alarm.in(0);
    }
    await this.#started.promise;
  }

  /**
   * Reads the folder now and takes everything in it as finished. Versions that failed are tried again. Resolves when
   * every version is settled.
   * @throws ModelLoadError when the folder cannot be read.
   */
  async rescan(): Promise<void> {
    await this.#scanNow();
    await Promise.all([...this.#lanes.values()].map((lane) => this.#converge(lane, true)));
  }

  /**
   * Reads the folder now, and brings one model to what it holds, so that its versions and labels are known. Versions that
   * failed are left alone.
   * @throws ModelLoadError when the folder cannot be read.
   */
  async refresh(name: string): Promise<void> {
    await this.#scanNow();
    const lane = this.#lanes.get(name);
    if (lane !== undefined) await this.#converge(lane, false);
  }

  /**
   * Carries out what somebody asked for, which holds until the model's folder goes or the process ends.
   * @param source what a version to accept was loaded from; as this repository sees it when left out.
   */
  async obey(model: string, order: Order, source = this.sourceOf(model, order.version)): Promise<void> {
    const lane = this.#lanes.get(model);
    if (lane === undefined) return;
    this.#tell({ kind: 'ORDER', model, ...order });
    lane.keeper.holds.obey(order, source);
    await this.#converge(lane, order.order === 'LOAD');
  }

  /** Takes back whatever somebody asked for of a model. */
  async forget(model: string): Promise<void> {
    const lane = this.#lanes.get(model);
    lane?.keeper.holds.clear();
    if (lane !== undefined) await this.#converge(lane, false);
  }

  /** What a version was, or is to be, loaded from: equal for equal files and manifests. Null where there is none. */
  sourceOf(model: string, version: number | null): string | null {
    return version === null ? null : (this.#lanes.get(model)?.keeper.sourceOf(version) ?? null);
  }

  /** Stops watching and closes every version, each after its last request. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#alarm.stop();
    await (await this.#watch)?.close();
    await this.#scanning.catch(() => undefined);
    for (const name of this.#lanes.keys()) this.#remove(name);
    this.#started.resolve();
    await Promise.all(this.#leaving);
  }

  async #scanNow(): Promise<void> {
    await this.#queueScan(true).catch((error: unknown) => {
      this.#tellUnreadable(error);
      throw error;
    });
  }

  /** One scan at a time. @param finished whether everything in the folder is taken as finished. */
  #queueScan(finished: boolean): Promise<void> {
    const scan = this.#scanning.catch(() => undefined).then(() => this.#scan(finished));
    this.#scanning = scan;
    return scan;
  }

  async #scan(finished: boolean): Promise<void> {
    if (this.#stopped) return;
    const { models, strays } = await scanRepository(this.#options.root, this.#hooks.modelFileName);
    this.#unreadable = false;
    for (const { name, problem } of this.#strays.sift(strays)) this.#tell({ kind: 'PROBLEM', model: name, problem });
    const names = new Set(models.map(({ name }) => name));
    // Of a folder that cannot be read nothing is known: what was loaded from it goes on serving.
    const unknown = new Set(strays.map(({ name }) => name));
    const isFirst = this.#awaited === null;
    this.#awaited ??= names;
    for (const name of this.#lanes.keys()) if (!names.has(name) && !unknown.has(name)) this.#remove(name);
    for (const found of models) this.#look(found, finished);
    if (isFirst) this.#notify();
    this.#checkStarted();
  }

  #look(found: FoundModel, finished: boolean): void {
    const lane = this.#lanes.get(found.name) ?? this.#open(found);
    const { wait, readable } = this.#settling.look(found, lane.isKnown);
    if (wait > 0 && !finished) this.#alarm.in(wait);
    const taken = finished ? whole(found) : readable;
    if (taken === null) return;
    lane.found = taken;
    lane.isKnown = true;
    if (lane.converged !== contentOf(taken)) void this.#converge(lane, false);
  }

  #open(found: FoundModel): Lane<Served> {
    const keeper = new ModelKeeper<Served>(found, {
      hooks: this.#hooks,
      loader: this.#loader,
      orders: this.#orders.get(found.name),
      onEvent: (event) => this.#tell(event),
      onBroken: () => void this.#converge(lane, false),
      publish: (entry) => {
        this.#models = withModel(this.#models, entry);
        this.#notify();
      },
    });
    const lane: Lane<Served> = { keeper, found: whole(found), isKnown: false, converged: null, next: null, work: null };
    this.#lanes.set(found.name, lane);
    // They end with the folder: one of the same name that comes later is another.
    this.#orders.delete(found.name);
    keeper.discover(lane.found);
    return lane;
  }

  #converge(lane: Lane<Served>, retry: boolean): Promise<void> {
    lane.next = { found: lane.found, retry: retry || lane.next?.retry === true };
    lane.work ??= this.#work(lane).finally(() => {
      lane.work = null;
    });
    return lane.work;
  }

  async #work(lane: Lane<Served>): Promise<void> {
    const { keeper } = lane;
    for (let { next } = lane; next !== null; { next } = lane) {
      lane.next = null;
      const { found, retry } = next;
      lane.converged = contentOf(found);
      const options = { mayBeIncomplete: this.#mayBeIncomplete(found), retry };
      const isOnItsWay = await keeper.converge(found, options).catch((error: unknown) => {
        this.#hooks.onFault(keeper.name, error);
        return false;
      });
      if (isOnItsWay) {
        lane.converged = null;
        this.#alarm.in(lookAgainMs);
      }
      // What is on its way may take long, and is no reason to keep clients from what serves.
      if (!isOnItsWay || this.#models.get(keeper.name)?.defaultVersion != null) this.#awaited?.delete(keeper.name);
    }
    this.#checkStarted();
  }

  #mayBeIncomplete({ changedAt }: ReadableModel): boolean {
    const { watch } = this.#options;
    const age = Date.now() - changedAt;
    return watch !== null && age >= 0 && age < watch.incompleteGraceMs;
  }

  #remove(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    const { keeper } = lane;
    this.#lanes.delete(name);
    this.#settling.forget(name);
    this.#awaited?.delete(name);
    keeper.stop();
    const models = new Map(this.#models);
    models.delete(name);
    this.#models = models;
    if (!this.#stopped) this.#tell({ kind: 'REMOVED', model: name });
    this.#notify();
    const leaving = (lane.work ?? Promise.resolve())
      .then(() => keeper.close())
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    if (this.#stopped) return;
    // A name that is free again may be what another model was refused for.
    for (const other of this.#lanes.values())
      if (hasFailed(this.#models.get(other.keeper.name))) void this.#converge(other, true);
  }

  /** A folder that cannot be read now tells nothing of its models: what serves goes on. */
  #tellUnreadable(error: unknown): void {
    if (!this.#unreadable) this.#hooks.onFault(null, error);
    this.#unreadable = true;
  }

  #checkStarted(): void {
    if (this.settled) this.#started.resolve();
  }

  #tell(event: RepositoryEvent): void {
    this.#history.add(event);
    this.#hooks.onEvent(event);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
