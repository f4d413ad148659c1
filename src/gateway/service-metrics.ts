import type { Backend } from '../backends/backend.ts';
import type { LiveSchema } from '../graphql/live-schema.ts';
import { readModels } from '../inference/model-readings.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { InferenceRecorders } from '../observability/metrics/inference-recorders.ts';
import { ProcessRecorder, type ProcessUsage } from '../observability/metrics/process-recorder.ts';
import { joinReadings, type Readings, type Report } from '../observability/metrics/readings.ts';
import { RequestRecorder } from '../observability/metrics/request-recorder.ts';
import type { GatheredReport } from '../processes/messages.ts';
import type { Peers } from '../processes/peers.ts';
import { sharedGathering } from '../processes/shared-gathering.ts';
import type { Repository } from '../repository/repository.ts';
import type { RepositoryRecorder } from '../repository/repository-recorder.ts';

/** What counts what happens to models. */
export interface ModelRecorders {
  readonly inferences: InferenceRecorders;
  readonly repository: RepositoryRecorder;
}

export interface MetricSources {
  readonly repository: Repository<ServedModel>;
  readonly recorders: ModelRecorders;
  readonly liveSchema: LiveSchema;
  readonly backend: Backend;
  readonly softwareVersion: string;
  readonly peers: Peers;
  /** What the process uses; null where nobody asks, and then nothing of the process itself is watched. */
  readonly usage: (() => ProcessUsage) | null;
}

/** What is counted in this process and its peers. */
export interface ServiceMetrics {
  readonly requests: RequestRecorder;
  /** What all processes have counted together. */
  readonly gather: () => Promise<GatheredReport>;
  stop(): void;
}

/** Begins to count. */
export function startMetrics(sources: MetricSources): ServiceMetrics {
  const { repository, recorders, peers, usage } = sources;
  const requests = new RequestRecorder();
  const own = usage === null ? null : new ProcessRecorder(usage);
  const isVersionThere = (name: string): boolean => {
    const [model = '', version] = name.split('/');
    return repository.models.get(model)?.versions.some((entry) => String(entry.version) === version) === true;
  };
  peers.onReport((): Report => {
    const inferences = recorders.inferences.report(isVersionThere);
    const sinceStart = joinReadings([
      requests.readings,
      inferences.sinceStart,
      readModels(repository.models),
      recorders.repository.readings((model) => repository.models.has(model)),
      readServer(sources),
      own?.readings ?? {},
    ]);
    return { sinceStart, lastMinute: inferences.lastMinute };
  });
  return { requests, gather: sharedGathering(() => peers.gather()), stop: () => own?.stop() };
}

function readServer({ liveSchema, backend, softwareVersion, peers, repository }: MetricSources): Readings {
  return {
    inferql_schema_info: [[[liveSchema.current.version], 1]],
    inferql_build_info: [[[softwareVersion, backend.name, backend.version], 1]],
    inferql_processes: [[[], peers.total]],
    inferql_processes_ready: [[[], repository.settled ? 1 : 0]],
  };
}
