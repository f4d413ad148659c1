import { locatedError, responsePathAsArray, type FieldNode, type GraphQLError, type ResponsePath } from 'graphql';

/**
 * The errors of the fields of one operation. As in graphql-js, an error below a place that is null already for another
 * error is not told.
 */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  readonly #nulled = new Set<ResponsePath | undefined>();

  /** @param path of what is null for it; undefined for the whole response. */
  add(error: GraphQLError, path: ResponsePath | undefined): void {
    for (let above = path; above !== undefined; above = above.prev) if (this.#nulled.has(above)) return;
    if (this.#nulled.has(undefined)) return;
    this.#nulled.add(path);
    this.list.push(error);
  }

  /**
   * Takes what was thrown for a place in the response, which is null then.
   * @throws GraphQLError where it may not be null, for what is above it.
   */
  handle(thrown: unknown, nodes: readonly FieldNode[], path: ResponsePath, isNonNull: boolean): null {
    const error = locatedError(thrown, nodes, responsePathAsArray(path));
    if (isNonNull) throw error;
    this.add(error, path);
    return null;
  }
}
