let awaited: Promise<void> | null = null;

/**
 * Resolves once everything that the event loop has at hand was read. Requests that wait for it go through GraphQL side by
 * side, step by step, with no system call in between, and a processor that has just done the same for the request before
 * is several times as fast: see docs/decisions/0001-read-first-then-execute.md.
 */
export function requestsRead(): Promise<void> {
  awaited ??= new Promise((resolve) => {
    setImmediate(() => {
      awaited = null;
      resolve();
    });
  });
  return awaited;
}
