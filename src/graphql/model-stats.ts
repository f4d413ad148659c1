import { GatewayError } from '../errors.ts';
import { gaugeOf, statisticsOf } from '../observability/metrics/inference-statistics.ts';
import type { OperationContext } from './context.ts';
import type { InferenceStats } from './generated/resolvers.ts';

/**
 * What was asked of a model, or of one version of it, in all processes.
 * @param version null for all of the model's.
 * @throws GatewayError `FORBIDDEN`: how much others ask is for those who may see every model, as `/metrics` is.
 */
export async function readStats(
  { services, request: { caller } }: OperationContext,
  model: string,
  version: number | null,
): Promise<InferenceStats> {
  if (!caller.grant.readsModels) {
    throw new GatewayError('FORBIDDEN', 'Statistics are for those with the scope models:read or admin.', { model });
  }
  const { report } = await services.gather();
  const { sinceStart, lastMinute } = report;
  return {
    sinceStart: statisticsOf(sinceStart, model, version),
    lastMinute: statisticsOf(lastMinute, model, version),
    instances: gaugeOf(sinceStart, 'inferql_model_instances', model, version),
    instancesBusy: gaugeOf(sinceStart, 'inferql_model_instances_busy', model, version),
    pendingRows: gaugeOf(sinceStart, 'inferql_inference_pending_rows', model, version),
  };
}
