import type { Generation, KeptVersion } from './generation.ts';
import type { ModelEntry, RepositoryEvent } from './model-entry.ts';
import { viewOf, type ModelFacts } from './model-view.ts';

export interface BoardOptions<Served> {
  /** Shows readers the model as it is now. */
  readonly publish: (entry: ModelEntry<Served>) => void;
  readonly onEvent: (event: RepositoryEvent) => void;
}

/** What the world is shown and told of one model. */
export class ModelBoard<Served> {
  readonly #model: string;
  readonly #options: BoardOptions<Served>;
  #entry: ModelEntry<Served> | null = null;
  #toldProblem: string | null = null;
  #closed = false;

  constructor(model: string, options: BoardOptions<Served>) {
    this.#model = model;
    this.#options = options;
  }

  /** What readers saw last. */
  get entry(): ModelEntry<Served> | null {
    return this.#entry;
  }

  /** Shows the model as it is now, and tells of a default version or labels that moved. */
  show(facts: Omit<ModelFacts<Served>, 'name'>): void {
    if (this.#closed) return;
    const before = this.#entry;
    const entry = viewOf({ ...facts, name: this.#model }, before);
    this.#entry = entry;
    const { onEvent, publish } = this.#options;
    const version = entry.defaultVersion;
    const from = before?.defaultVersion ?? null;
    if (version !== from) onEvent({ kind: 'DEFAULT', model: this.#model, version, from });
    for (const label of new Set([...entry.labels.keys(), ...(before?.labels.keys() ?? [])])) {
      const moved = { version: entry.labels.get(label) ?? null, from: before?.labels.get(label) ?? null };
      if (moved.version !== moved.from) onEvent({ kind: 'LABEL', model: this.#model, label, ...moved });
    }
    publish(entry);
  }

  /** Tells of a step in the life of a version. */
  tell({ version, serving }: KeptVersion<Served>, { state }: Generation<Served>): void {
    const update = serving !== null && serving.state !== state;
    this.#options.onEvent({ kind: 'STATE', model: this.#model, version, state, update });
  }

  /** Tells what is wrong with the model, once for each thing. @param told what is known from elsewhere. */
  tellProblem(told: string | null = this.#toldProblem): void {
    const problem = this.#entry?.problem ?? null;
    this.#toldProblem = problem;
    if (problem !== told && !this.#closed) this.#options.onEvent({ kind: 'PROBLEM', model: this.#model, problem });
  }

  /** Shows nothing any more. */
  close(): void {
    this.#closed = true;
  }
}
