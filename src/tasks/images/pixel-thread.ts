import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Tensor } from '../../tensors/tensor.ts';
import { doPixelWork, type PixelWork } from './pixel-work.ts';

/** What passes to the thread of pixels. The buffer of the pixels is transferred. */
export interface ToPixelThread {
  readonly id: number;
  readonly work: PixelWork;
}

/** The answer to the message of that id. The buffer of the tensor is transferred. */
export type FromPixelThread =
  | { readonly kind: 'done'; readonly id: number; readonly tensor: Tensor }
  | { readonly kind: 'failed'; readonly id: number; readonly error: unknown };

/** The entry of a worker thread: one piece of work after the other. */
function serve(port: MessagePort): void {
  const send = (message: FromPixelThread, buffers: ArrayBuffer[] = []) => port.postMessage(message, buffers);
  port.on('message', ({ id, work }: ToPixelThread) => {
    try {
      const tensor = doPixelWork(work);
      const { data } = tensor;
      const buffers = ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
      send({ kind: 'done', id, tensor }, buffers);
    } catch (error) {
      send({ kind: 'failed', id, error });
    }
  });
}

if (parentPort !== null) serve(parentPort);
