import { type ExecutionResult, getIntrospectionQuery } from 'graphql';
import { type ModelFacts, modelListOf, modelListQuery } from './model-list.ts';
import { type Answer, type Operation, postOperation, ServerAwayError } from './post-operation.ts';
import { type Trouble, troubleIn } from './trouble.ts';

/** What the page knows of the server. Replaced, never changed. */
export interface ServerState {
  readonly trouble: Trouble | null;
  /** Whether the server was ever seen to ask for a key. */
  readonly asksForKeys: boolean;
  readonly models: readonly ModelFacts[];
  /** The models that came and went since the page was opened, until somebody has read it; null when there is nothing to tell. */
  readonly news: { readonly came: readonly string[]; readonly went: readonly string[] } | null;
  /** How often the schema was found to be another one than that of the last introspection. */
  readonly changes: number;
}

/** Timers, which tests put others in the place of. */
export interface Timers {
  after(delayMs: number, callback: () => void): () => void;
}

/** The same options go to GraphiQL. */
export const introspectionOptions = { inputValueDeprecation: true, schemaDescription: true };

const introspectionOperation = {
  query: getIntrospectionQuery(introspectionOptions),
  operationName: 'IntrospectionQuery',
};

/** The least that can be asked for: its answer carries the version of the schema, as every answer does. */
const lookOperation = { query: 'query Look { __typename }' };

/** How long the page waits for what it asks by itself: a server that hangs is one that is away. */
const lookTimeoutMs = 10_000;
const introspectionTimeoutMs = 60_000;

const leastDelayMs = 2000;
const greatestDelayMs = 30_000;
const delayGrowth = 1.5;

/**
 * The server, as the page sees it. Every answer carries the version of its schema, so that what is asked for anyway tells
 * of changes. While nothing is, the page looks by itself: after 2 s, then less and less often, down to every 30 s, and
 * not at all while nobody sees it, nor while the server asks for a key.
 */
export class LiveServer {
  readonly #endpoint: URL;
  readonly #timers: Timers;
  readonly #listeners = new Set<() => void>();
  /**
   * In memory and nowhere else: what is in `sessionStorage` browsers write to the disk, to open closed tabs again, and copy
   * with a tab. It is gone when the page is loaded anew, which the page seldom needs, since it follows the server.
   */
  #key: string | null = null;
  #state: ServerState = { trouble: null, asksForKeys: false, models: [], news: null, changes: 0 };
  /** The version of the last introspection; null before it. */
  #schemaVersion: string | null = null;
  #introspections = 0;
  #hasModels = false;
  #isVisible = true;
  #delayMs = leastDelayMs;
  #cancelLook: (() => void) | null = null;

  constructor(endpoint: URL, timers: Timers) {
    this.#endpoint = endpoint;
    this.#timers = timers;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether a key is sent. */
  get hasKey(): boolean {
    return this.#key !== null;
  }

  /** Sends another key from now on, or none. What is seen with it may be another schema. */
  setKey(key: string | null): void {
    this.#key = key;
    this.#schemaVersion = null;
    this.#set({ trouble: null, news: null });
    this.#hasModels = false;
  }

  /**
   * Sends an operation of the user.
   * @param headers those of the editor, which go before the key.
   * @throws ServerAwayError
   */
  async run(operation: Operation, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    this.#delayMs = leastDelayMs;
    try {
      return await this.#ask(operation, headers, signal);
    } finally {
      this.#planLook();
    }
  }

  /**
   * Fetches the schema, and with it the models.
   * @throws ServerAwayError
   */
  async introspect(): Promise<ExecutionResult> {
    this.#introspections += 1;
    try {
      const models = this.#askItself({ query: modelListQuery }, introspectionTimeoutMs).then(({ result }) =>
        modelListOf(result),
      );
      // Its failure is that of the introspection, which is told of.
      models.catch(() => undefined);
      const { result, schemaVersion } = await this.#askItself(introspectionOperation, introspectionTimeoutMs);
      this.#schemaVersion = schemaVersion;
      this.#takeModels(await models);
      return result;
    } finally {
      this.#introspections -= 1;
      this.#planLook();
    }
  }

  /** Somebody has read what is new. */
  forgetNews(): void {
    this.#set({ news: null });
  }

  /** Looks now, and then as often as at the beginning: somebody has come back to the page, or asked for it. */
  look(): void {
    this.#delayMs = leastDelayMs;
    void this.#look();
  }

  /** Says whether somebody sees the page. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) this.look();
    else this.#stopLooking();
  }

  #stopLooking(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  async #look(): Promise<void> {
    this.#stopLooking();
    // What it finds is noted by whoever asks.
    if (this.#introspections === 0) await this.#askItself(lookOperation, lookTimeoutMs).catch(() => undefined);
    this.#planLook();
    this.#delayMs = Math.min(this.#delayMs * delayGrowth, greatestDelayMs);
  }

  /** Looks later, at whatever time was planned before. */
  #planLook(): void {
    this.#stopLooking();
    const { trouble } = this.#state;
    if (!this.#isVisible || trouble?.kind === 'key-needed') return;
    const delayMs = trouble?.kind === 'limited' ? Math.max(this.#delayMs, trouble.retryAfterMs ?? 0) : this.#delayMs;
    this.#cancelLook = this.#timers.after(delayMs, () => void this.#look());
  }

  async #askItself(operation: Operation, timeoutMs: number): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs);
    return await this.#ask(operation, {}, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      this.#set({ trouble: { kind: 'away' } });
      throw new ServerAwayError('The server does not answer. The page goes on trying.', { cause: error });
    });
  }

  async #ask(operation: Operation, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const key = this.#key;
    const withKey = key === null ? headers : { authorization: `Bearer ${key}`, ...headers };
    try {
      const answer = await postOperation(this.#endpoint, operation, withKey, signal);
      // What was asked for with another key says nothing of this one.
      if (key === this.#key) this.#note(answer);
      return answer;
    } catch (error) {
      if (error instanceof ServerAwayError && key === this.#key) this.#set({ trouble: { kind: 'away' } });
      throw error;
    }
  }

  #note(answer: Answer): void {
    const trouble = troubleIn(answer, this.hasKey);
    const { schemaVersion } = answer;
    const isOther = schemaVersion !== null && schemaVersion !== this.#schemaVersion && this.#introspections === 0;
    if (isOther) this.#delayMs = leastDelayMs;
    this.#set({
      trouble,
      asksForKeys: this.#state.asksForKeys || trouble?.kind === 'key-needed' || this.hasKey,
      changes: this.#state.changes + (isOther ? 1 : 0),
    });
  }

  #takeModels(models: readonly ModelFacts[] | null): void {
    if (models === null) return;
    const before = servedNames(this.#state.models);
    const now = servedNames(models);
    const came = now.filter((name) => !before.includes(name));
    const went = before.filter((name) => !now.includes(name));
    const isNews = this.#hasModels && came.length + went.length > 0;
    this.#hasModels = true;
    this.#set({ models, ...(isNews ? { news: { came, went } } : {}) });
  }

  #set(changed: Partial<ServerState>): void {
    this.#state = { ...this.#state, ...changed };
    for (const listener of this.#listeners) listener();
  }
}

function servedNames(models: readonly ModelFacts[]): string[] {
  return models.filter(({ ready }) => ready).map(({ name }) => name);
}
