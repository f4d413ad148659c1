import { infer, type InferenceResult, readTensors } from '../../inference/infer.ts';
import type { ServedModel } from '../../inference/served-model.ts';
import type { FieldSpans } from '../../observability/tracing/trace.ts';
import type { OperationContext } from '../context.ts';
import { findServed } from '../find-served.ts';
import type { InferInput, QueryResolvers } from '../generated/resolvers.ts';
import { checkListLength } from '../list-length.ts';
import { requireUse } from '../model-access.ts';

export const queryResolvers: QueryResolvers = {
  infer: (_root, { input }, context) => {
    const { moment, services } = context;
    requireUse(context, input.model);
    const served = findServed(moment.models, input.model, input.version, services.history);
    const spans = context.trace?.field('infer', served) ?? null;
    const inferred = inferFrom(served, input, context, spans);
    return spans === null ? inferred : spans.until(inferred);
  },

  models: (_root, { filter }, { moment }) =>
    [...moment.models.values()].filter(
      (model) =>
        (filter?.task == null || model.manifest.task === filter.task) &&
        (filter?.ready == null || (model.defaultVersion !== null) === filter.ready),
    ),

  model: (_root, { name }, { moment }) => moment.models.get(name) ?? null,

  server: (_root, _arguments, { services }) => services,
};

async function inferFrom(
  served: ServedModel,
  { inputs, outputs }: InferInput,
  context: OperationContext,
  spans: FieldSpans | null,
): Promise<InferenceResult> {
  const request = { ...context.request, spans };
  const read = readTensors(served, inputs, request);
  checkListLength(context, served, read.rows);
  return await infer(served, read, outputs ?? null, request);
}
