import { Writable } from 'node:stream';
import { compileOptions } from '../../src/config/options.ts';
import { createApollo } from '../../src/graphql/apollo.ts';
import { GeneratedParts } from '../../src/graphql/generated-part.ts';
import { LiveSchema } from '../../src/graphql/live-schema.ts';
import { buildStaticSchema } from '../../src/graphql/static-schema.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RequestRecorder } from '../../src/observability/metrics/request-recorder.ts';
import { madeUpModel, servedModels } from '../../test/helpers/made-up-models.ts';
import type { Scenario } from '../scenario.ts';

const models = 500;
/** Swaps in a run; the first ones of a process are slower, as they are in a server that just started. */
const swaps = 20;

/** How long the main thread is busy when one model of 500 is replaced, Apollo's own work on the new schema included. */
export const schemaSwap: Scenario = {
  name: `a swap of one model among ${models}, on the main thread`,
  async measure({ runs }) {
    const base = buildStaticSchema();
    const served = Array.from({ length: models }, (_, index) => madeUpModel(base, { name: `model${index}` }));
    let entries = servedModels(...served);
    const fail = (error: unknown): never => {
      throw error;
    };
    const liveSchema = new LiveSchema(base, new GeneratedParts(base), () => entries, fail);
    const apollo = createApollo({
      liveSchema,
      logger: createLogger({
        level: 'error',
        format: 'json',
        stream: new Writable({ write: (_chunk, _encoding, done) => done() }),
      }),
      recorder: new RequestRecorder(),
      limits: compileOptions({}, {}).limits,
      scope: () => undefined,
      explainAbsentField: () => null,
      plugins: [],
    });
    await apollo.start();
    const startedAt = performance.now();
    liveSchema.refresh();
    const firstMs = performance.now() - startedAt;
    const values: number[] = [];
    const slowest: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const times: number[] = [];
      for (let swap = 0; swap < swaps; swap += 1) {
        const at = ((run * swaps + swap) * 7) % models;
        // Another output, so that nothing of the version before can be kept.
        const next = madeUpModel(base, {
          name: `model${at}`,
          version: run * swaps + swap + 2,
          outputs: [{ name: `y${swap}`, datatype: 'FP32', shape: [] }],
        });
        const [[name, entry] = fail(new Error('One model has one entry.'))] = [...servedModels(next)];
        entries = new Map(entries).set(name, entry);
        const from = performance.now();
        liveSchema.refresh();
        times.push(performance.now() - from);
      }
      slowest.push(Math.max(...times));
      values.push(times.reduce((sum, time) => sum + time, 0) / swaps);
    }
    await apollo.stop();
    return [{ name: 'schemaSwapMs', unit: 'ms', values, details: { models, firstMs, slowest } }];
  },
};
