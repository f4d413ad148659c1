import { withServer } from '../contestant.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { withModels } from '../model-folder.ts';
import type { Scenario } from '../scenario.ts';
import { smallModels } from './resident-memory.ts';

const many = 500;

/** From the start of the process until `/readyz` says that it is ready. */
export const startShipped: Scenario = {
  name: 'start to ready with the shipped models',
  async measure({ runs }) {
    // Not counted: the first start of all fills the caches of the file system and of compiled code.
    await timeStart();
    const values: number[] = [];
    for (let run = 0; run < runs; run += 1) values.push(await timeStart());
    return [{ name: 'startShippedSeconds', unit: 's', values, details: {} }];
  },
};

export const startMany: Scenario = {
  name: `start to ready with ${many} small models`,
  measure: ({ runs }) =>
    withModels(smallModels(many), async (folder) => {
      const values: number[] = [];
      for (let run = 0; run < Math.min(runs, 3); run += 1) values.push(await timeStart(folder));
      return [{ name: `start${many}ModelsSeconds`, unit: 's', values, details: {} }];
    }),
};

function timeStart(folder?: string): Promise<number> {
  return withServer(startGatewayProcess(folder), ({ startMs }) => Promise.resolve(startMs / 1000));
}
