import { GatewayError } from '../../errors.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { RunResult } from '../backend.ts';

/** What a session's call came to. */
export interface SessionResult extends RunResult {
  /** CPU time of the session's own thread, in milliseconds, which is all of it where calls have one thread. */
  readonly cpuMs: number;
}

/** The gateway's side of one session, in whatever thread it is. */
export interface SessionClient {
  /** Runs the model once; calls are taken one after the other. @throws GatewayError */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult>;
  /** Waits for running calls and frees the session. Idempotent. */
  close(): Promise<void>;
  /** Settles when the session has ended, whether asked to or not, and before the calls that this cuts off do. */
  readonly ended: Promise<void>;
}

export function toTensors(messages: readonly (Tensor & { readonly name: string })[]): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const message of messages) tensors.set(message.name, message);
  return tensors;
}

export function sessionGone(cause: Error | undefined): GatewayError {
  return new GatewayError('MODEL_UNAVAILABLE', 'The model was unloaded, or its thread ended; try again.', { cause });
}
