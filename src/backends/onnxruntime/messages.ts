import type { Datatype, TensorData } from '../../tensors/datatypes.ts';
import type { Edit } from './graph-edits.ts';

/**
 * What passes between the gateway's thread and a thread of sessions. Sessions are told apart by numbers that the
 * gateway's side gives them; calls and answers meet by `id`. The thread takes its messages one after the other. Buffers
 * are transferred, so the sender must not touch them afterwards.
 */
export type ToThread =
  | { readonly kind: 'open'; readonly session: number; readonly request: SessionRequest }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly id: number;
      readonly inputs: readonly TensorMessage[];
      readonly outputs: readonly string[];
    }
  /** Free the session; no message for it follows. */
  | { readonly kind: 'close'; readonly session: number }
  /** End; no message follows, and no session is left. */
  | { readonly kind: 'end' };

export type FromThread =
  | { readonly kind: 'opened'; readonly session: number }
  /** The session could not be created. */
  | { readonly kind: 'refused'; readonly session: number; readonly error: ErrorMessage }
  | {
      readonly kind: 'ran';
      readonly id: number;
      readonly outputs: readonly TensorMessage[];
      readonly computeMs: number;
      readonly cpuMs: number;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorMessage }
  | { readonly kind: 'closed'; readonly session: number };

/** What a session is made of. */
export interface SessionRequest {
  readonly path: string;
  /** Changes to the file's bytes before they are loaded; none lets the runtime read the file itself. */
  readonly edits: readonly Edit[];
  /** Where the weights beside the model are; the runtime has to be told when it is given bytes. */
  readonly folder: string;
  /** Files of weights in that folder to read before the model is loaded; the runtime maps others itself. */
  readonly weights: readonly string[];
  readonly threads: number;
  /** Whether the memory of the largest call so far is kept for those to come: it makes large calls faster. @default true */
  readonly keepsMemory?: boolean;
}

export interface TensorMessage {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** An error as it crosses threads: class and code do not survive. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** The error for the way across. */
export function errorToMessage(error: unknown): ErrorMessage {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error), stack: undefined };
}

/** The error on the other side, for the log and as a `cause`. */
export function errorFromMessage({ name, message, stack }: ErrorMessage): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/**
 * The buffers of tensors that may be transferred. A view of a part of a buffer is copied instead: transferring
 * would take the rest from its owner, as with the pooled buffers of Node.
 */
export function transferList(tensors: readonly TensorMessage[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const { data } of tensors) {
    if (!ArrayBuffer.isView(data)) continue;
    const { buffer } = data;
    const isWhole = data.byteLength === buffer.byteLength && data.byteLength > 0;
    if (isWhole && buffer instanceof ArrayBuffer && !buffers.includes(buffer)) buffers.push(buffer);
  }
  return buffers;
}
