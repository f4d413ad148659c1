import type { GoldenExamples } from '../inference/golden.ts';
import type { ServedModel } from '../inference/served-model.ts';
import { exampleBody, type ShellBody } from './example-curl.ts';
import { exampleQuery, type ExampleQuery } from './example-query.ts';

/** Predictions to begin with, of one version. */
export interface Example {
  readonly operation: ExampleQuery;
  /** The same for a line of a shell, which is shorter; null where no line could have it. */
  readonly body: ShellBody | null;
}

/**
 * An example for each version that serves. They are made while it is loaded, when its golden examples are read anyway: so
 * that nobody who asks for one has a file read, and the golden examples, which may be large, are not kept.
 */
export class Examples {
  readonly #examples = new WeakMap<ServedModel, Example>();

  /** @param folder of the version. */
  note(served: ServedModel, golden: GoldenExamples | null, folder: string): void {
    const examples = golden?.examples ?? [];
    this.#examples.set(served, {
      operation: exampleQuery(served, examples[0]),
      body: exampleBody(served, examples, folder),
    });
  }

  /** Null for a version that was not loaded to its end. */
  of(served: ServedModel): Example | null {
    return this.#examples.get(served) ?? null;
  }
}
