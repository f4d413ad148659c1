import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

import { type FromSession, type SessionRequest, type ToSession, errorToMessage, transferList } from './messages.ts';
import { type Session, createSession } from './session.ts';

/**
 * The entry of a worker thread: one session, one call at a time. `session.run()` blocks its thread, which is why it
 * has one of its own. The thread ends by itself once its port is closed.
 */
async function serve(port: MessagePort, request: SessionRequest): Promise<void> {
  let session: Session;
  try {
    session = await createSession(request);
  } catch (error) {
    port.postMessage({ kind: 'refused', error: errorToMessage(error) } satisfies FromSession);
    return;
  }
  let previous = Promise.resolve();
  port.on('message', (message: ToSession) => {
    // In order: freeing the session under a call that has not begun would be using freed memory.
    previous = previous.then(() => handle(port, session, message));
  });
  port.postMessage({ kind: 'ready' } satisfies FromSession);
}

async function handle(port: MessagePort, session: Session, message: ToSession): Promise<void> {
  if (message.kind === 'close') {
    await session.release();
    port.close();
    return;
  }
  const { id } = message;
  try {
    const { outputs, computeMs } = await session.run(message.inputs, message.outputs);
    port.postMessage({ kind: 'ran', id, outputs, computeMs } satisfies FromSession, transferList(outputs));
  } catch (error) {
    port.postMessage({ kind: 'failed', id, error: errorToMessage(error) } satisfies FromSession);
  }
}

if (parentPort !== null) await serve(parentPort, workerData as SessionRequest);
