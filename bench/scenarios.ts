import type { Scenario } from './scenario.ts';
import {
  digitsAgainstPeers,
  irisAgainstPeers,
  mlpAgainstPeers,
  transformerAgainstPeers,
} from './scenarios/against-peers.ts';
import {
  irisAgainstApollo,
  irisAgainstLimits,
  irisByConnections,
  listsAgainstHandwritten,
  mixedAgainstHandwritten,
  titanicAgainstHandwritten,
} from './scenarios/against-scripts.ts';
import { digitsBatchingGain, transformerBatchingGain } from './scenarios/batching-gain.ts';
import { eventLoopUnderLoad } from './scenarios/event-loop-under-load.ts';
import { imageTensor } from './scenarios/image-tensor.ts';
import { listRows } from './scenarios/list-rows.ts';
import { mlpAgainstBareLoop } from './scenarios/mlp-against-bare-loop.ts';
import { oneClient } from './scenarios/one-client.ts';
import { openLoop } from './scenarios/open-loop.ts';
import { overload } from './scenarios/overload.ts';
import { processes } from './scenarios/processes.ts';
import { residentPerModel, residentShipped } from './scenarios/resident-memory.ts';
import { schemaSwap } from './scenarios/schema-swap.ts';
import { startMany, startShipped } from './scenarios/start.ts';
import { swapMemory } from './scenarios/swap-memory.ts';
import { tracing } from './scenarios/tracing.ts';

/** Every scenario, by the name that `npm run bench -- <name>` takes. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  iris: irisAgainstLimits,
  'iris-connections': irisByConnections,
  titanic: titanicAgainstHandwritten,
  lists: listsAgainstHandwritten,
  mixed: mixedAgainstHandwritten,
  rows: listRows,
  image: imageTensor,
  latency: oneClient,
  'open-loop': openLoop,
  mlp: mlpAgainstBareLoop,
  'batching-digits': digitsBatchingGain,
  'batching-transformer': transformerBatchingGain,
  'peers-iris': irisAgainstPeers,
  'peers-mlp': mlpAgainstPeers,
  'peers-digits': digitsAgainstPeers,
  'peers-transformer': transformerAgainstPeers,
  processes,
  loop: eventLoopUnderLoad,
  overload,
  schema: schemaSwap,
  memory: swapMemory,
  tracing,
  resident: residentShipped,
  'resident-models': residentPerModel,
  start: startShipped,
  'start-many': startMany,
};

/** What `--quick` measures: one of each kind, without Python. */
export const quickScenarios: Readonly<Record<string, Scenario>> = {
  iris: irisAgainstApollo,
  rows: listRows,
  latency: oneClient,
  mlp: mlpAgainstBareLoop,
  resident: residentShipped,
  start: startShipped,
};
