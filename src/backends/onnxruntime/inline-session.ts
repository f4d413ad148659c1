import type { NamedTensors } from '../../tensors/tensor.ts';
import type { SessionRequest } from './messages.ts';
import { runError } from './runtime-errors.ts';
import { createSession } from './session.ts';
import { sessionGone, type SessionClient, type SessionEnd, type SessionResult, toTensors } from './session-client.ts';

/**
 * Loads a model in the gateway's own thread, which its calls then block: for models alone whose calls are bounded and
 * take less than handing them to another thread does. @throws the runtime's own error when it refuses the model.
 */
export async function openInlineSession(request: SessionRequest): Promise<SessionClient> {
  const session = await createSession({ ...request, threads: 1, keepsMemory: false });
  const ended = Promise.withResolvers<SessionEnd>();
  let running = Promise.resolve();
  let closing: Promise<void> | null = null;

  const call = async (inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult> => {
    try {
      const messages = [...inputs].map(([name, { datatype, shape, data }]) => ({ name, datatype, shape, data }));
      const run = await session.run(messages, outputs);
      return { ...run, outputs: toTensors(run.outputs) };
    } catch (error) {
      throw runError(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const close = async (): Promise<void> => {
    await running;
    await session.release();
    ended.resolve({ kind: 'closed' });
  };

  return {
    ended: ended.promise,
    async run(inputs, outputs) {
      if (closing !== null) throw sessionGone();
      const result = call(inputs, outputs);
      running = Promise.allSettled([running, result]).then(() => undefined);
      return await result;
    },
    close: () => (closing ??= close()),
  };
}
