import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { integer } from './setting-types.ts';

/** More are a slip rather than a wish: each is a whole server. */
const mostProcesses = 256;

/** How many processes serve together; `auto` is as many as the system can run at a time. */
export const processCount = z.union(
  [z.literal('auto').transform(() => Math.min(availableParallelism(), mostProcesses)), integer(1, mostProcesses)],
  { error: `must be auto or a whole number from 1 to ${mostProcesses}` },
);
