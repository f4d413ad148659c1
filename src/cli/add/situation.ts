import type { ModelFile, Signature } from '../../backends/backend.ts';
import type { Destination } from './destination.ts';
import type { GivenExample } from './examples.ts';
import type { AddRequest } from './request.ts';
import type { Staging } from './staging.ts';
import type { Workbench } from './workbench.ts';

/** What is known of an addition while it is prepared. */
export interface Situation {
  readonly request: AddRequest;
  readonly destination: Destination;
  /** What the model file says of itself. */
  readonly declared: {
    readonly signature: Signature;
    readonly file: ModelFile;
    /** What is changed or left out so that it can be served. */
    readonly notes: readonly string[];
  };
  /** Inputs to make golden examples of; null where none were given. */
  readonly examples: readonly GivenExample[] | null;
  readonly staging: Staging;
  readonly workbench: Workbench;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}
