import { GatewayError } from '../../errors.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { RunResult } from '../backend.ts';

/** What a session's call came to. */
export interface SessionResult extends RunResult {
  /** CPU time of the session's own thread, in milliseconds, which is all of it where calls have one thread. */
  readonly cpuMs: number;
}

/** How a session came to its end: it was closed, or its thread was lost. */
export type SessionEnd =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'lost';
      /** The thread ended by itself, or does not return from a call. */
      readonly how: 'ended' | 'stuck';
      /** Whose call, or loading, it was lost with; nobody's where it did nothing. */
      readonly with: 'this session' | 'another session' | 'none';
      readonly cause: Error | undefined;
      /** Settles when the thread is gone, which one that is stuck may never be. */
      readonly gone: Promise<void>;
    };

/** The gateway's side of one session, in whatever thread it is. */
export interface SessionClient {
  /**
   * Runs the model once; calls are taken one after the other.
   * @throws GatewayError, or CallNeverBegan when the thread was lost before the call's turn; its inputs are then unharmed.
   */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult>;
  /** Waits for running calls and frees the session. Idempotent. */
  close(): Promise<void>;
  /** Settles when the session has ended, whether asked to or not, and before the calls that this cuts off do. */
  readonly ended: Promise<SessionEnd>;
}

/** The call was not made, and can be made elsewhere. */
export class CallNeverBegan extends Error {
  override readonly name = 'CallNeverBegan';
}

export function toTensors(messages: readonly (Tensor & { readonly name: string })[]): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const message of messages) tensors.set(message.name, message);
  return tensors;
}

export function sessionGone(cause?: unknown): GatewayError {
  return new GatewayError('MODEL_UNAVAILABLE', 'The model was unloaded, or its thread ended; try again.', { cause });
}
