/** What the bundler puts in: the file names of the workers, which it builds first, relative to the bundle. */
declare module 'playground:workers' {
  export const workerUrls: Readonly<Record<'editor' | 'json' | 'graphql', string>>;
}

interface Window {
  /** Read by the Monaco editor when it needs its first worker. */
  MonacoEnvironment?: { getWorker(workerId: string, label: string): Worker };
}
