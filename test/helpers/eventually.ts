import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long enough for a machine that is busy with something else; nothing that works takes as long. */
const limitMs = 20_000;

/**
 * Asks again and again until the answer is as meant, for what no event tells of. Asking over HTTP sets the pace.
 * @throws Error with the last answer, when it takes too long.
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isMeant: (answer: Answer) => boolean,
  withinMs: number = limitMs,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isMeant(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`Nothing else came within ${withinMs} ms: ${JSON.stringify(answer)}`);
    }
    await nextTurn();
  }
}
