import { workerUrls } from 'playground:workers';

/**
 * Tells the Monaco editor where its workers are: files of this origin, because the Content-Security-Policy admits
 * neither `blob:` workers nor those of another host. Must run before the editor is loaded.
 */
export function provideEditorWorkers(): void {
  window.MonacoEnvironment = {
    getWorker(_workerId: string, label: string): Worker {
      const url = label === 'json' || label === 'graphql' ? workerUrls[label] : workerUrls.editor;
      return new Worker(new URL(url, import.meta.url), { type: 'module', name: label });
    },
  };
}
