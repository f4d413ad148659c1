/**
 * Rewrites the parameter `documentId`, by which GraphQL over HTTP names a document that the server has, as the extension
 * `persistedQuery`, which is what Apollo hands on. Beside a text, and where it is no text itself, it is left alone.
 * @param body an operation, or an array of them.
 */
export function withDocumentIds(body: unknown): unknown {
  return Array.isArray(body) ? body.map(rewrite) : rewrite(body);
}

function rewrite(operation: unknown): unknown {
  if (typeof operation !== 'object' || operation === null || !Object.hasOwn(operation, 'documentId')) return operation;
  const { documentId, ...rest } = operation as Record<string, unknown>;
  if (typeof documentId !== 'string' || typeof rest['query'] === 'string') return operation;
  const { extensions } = rest;
  const others = typeof extensions === 'object' && extensions !== null ? extensions : {};
  return { ...rest, extensions: { ...others, persistedQuery: persistedQuery(documentId) } };
}

/** The same for the query string of a GET, with its question mark; one without the parameter is left as it is. */
export function withDocumentIdInSearch(search: string): string {
  if (!search.includes('documentId=')) return search;
  const parameters = new URLSearchParams(search);
  const documentId = parameters.get('documentId');
  if (documentId === null || parameters.has('query')) return search;
  parameters.delete('documentId');
  // Those that the client sent itself say nothing that is needed to find the document.
  parameters.set('extensions', JSON.stringify({ persistedQuery: persistedQuery(documentId) }));
  return `?${parameters.toString()}`;
}

function persistedQuery(documentId: string) {
  return { version: 1, sha256Hash: documentId };
}
