import { isModelGlob, matchesGlob } from './model-glob.ts';

/**
 * What a caller may do. Scopes only add up: there is none that takes away.
 *
 * | scope | what it gives |
 * | --- | --- |
 * | `predict:<glob>` | to use the models that the glob means, and to see them: in the schema, in `models` and in events |
 * | `models:read` | to see every model, and the state of each at `/readyz`; it gives the use of none |
 * | `admin` | the mutations, and everything else, since whoever loads and unloads models has power over all of them |
 */
export interface Grant {
  /** The scopes that it was made of. */
  readonly scopes: readonly string[];
  readonly isAdmin: boolean;
  /** Whether it has what `models:read` gives. */
  readonly readsModels: boolean;
  /** Callers with equal views see the same models; null for those who see all. */
  readonly view: string | null;
  /** Whether the caller may use models of this name, be there one or not. */
  readonly mayPredict: (model: string) => boolean;
  /** Whether a model of this name exists for the caller. */
  readonly maySee: (model: string) => boolean;
}

const predictPrefix = 'predict:';

/** How scopes are written, for messages. */
export const scopeSyntax = 'predict:<model glob>, models:read or admin';

/** Whether a text is a scope of ours: tokens carry others beside them. */
export function isScope(text: string): boolean {
  if (text === 'models:read' || text === 'admin') return true;
  return text.startsWith(predictPrefix) && isModelGlob(text.slice(predictPrefix.length));
}

/** @param scopes each of which `isScope`. */
export function grantOf(scopes: readonly string[]): Grant {
  const isAdmin = scopes.includes('admin');
  const readsModels = isAdmin || scopes.includes('models:read');
  const given = scopes.filter((scope) => scope.startsWith(predictPrefix)).map((s) => s.slice(predictPrefix.length));
  const globs = isAdmin ? ['*'] : [...new Set(given)].toSorted();
  const usesAll = globs.some((glob) => /^\*+$/.test(glob));
  const mayPredict = usesAll ? () => true : (model: string) => globs.some((glob) => matchesGlob(glob, model));
  const seesAll = readsModels || usesAll;
  return Object.freeze({
    scopes,
    isAdmin,
    readsModels,
    view: seesAll ? null : globs.join(' '),
    mayPredict,
    maySee: seesAll ? () => true : mayPredict,
  });
}
