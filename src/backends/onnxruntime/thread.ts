import { type MessagePort, parentPort } from 'node:worker_threads';

import { type FromThread, type ToThread, errorToMessage, transferList } from './messages.ts';
import { type Session, createSession } from './session.ts';

/**
 * The entry of a worker thread: sessions, of which one runs at a time. `session.run()` blocks its thread, which is why
 * it is never the gateway's. The thread ends by itself once its port is closed.
 */
function serve(port: MessagePort): void {
  const sessions = new Map<number, Session>();
  const send = (message: FromThread, buffers: ArrayBuffer[] = []) => port.postMessage(message, buffers);
  let previous = Promise.resolve();
  port.on('message', (message: ToThread) => {
    // In order: freeing the session under a call that has not begun would be using freed memory.
    previous = previous.then(() => handle(message));
  });

  async function handle(message: ToThread): Promise<void> {
    switch (message.kind) {
      case 'open':
        return await open(message);
      case 'run':
        return await run(message);
      case 'close':
        await sessions.get(message.session)?.release();
        sessions.delete(message.session);
        return send({ kind: 'closed', session: message.session });
      case 'end':
        return port.close();
    }
  }

  async function open({ session, request }: Extract<ToThread, { kind: 'open' }>): Promise<void> {
    try {
      sessions.set(session, await createSession(request));
      send({ kind: 'opened', session });
    } catch (error) {
      send({ kind: 'refused', session, error: errorToMessage(error) });
    }
  }

  async function run({ session, id, inputs, outputs: names }: Extract<ToThread, { kind: 'run' }>): Promise<void> {
    try {
      const opened = sessions.get(session);
      if (opened === undefined) throw new Error('The thread has no such session.');
      const { outputs, computeMs, cpuMs } = await opened.run(inputs, names);
      send({ kind: 'ran', id, outputs, computeMs, cpuMs }, transferList(outputs));
    } catch (error) {
      send({ kind: 'failed', id, error: errorToMessage(error) });
    }
  }
}

if (parentPort !== null) serve(parentPort);
