import type { ModelKeeper } from './model-keeper.ts';
import type { ReadableModel } from './scan.ts';

/** One model, and the work that is done on it, one piece after the other. */
export interface Lane<Served> {
  readonly keeper: ModelKeeper<Served>;
  /** The folder as it was seen last, as far as it may be read. */
  found: ReadableModel;
  /** Whether any of it was read. */
  isKnown: boolean;
  /** What it has converged on; null while that is to be done anew. */
  converged: string | null;
  next: { readonly found: ReadableModel; readonly retry: boolean } | null;
  work: Promise<void> | null;
}
