import { infer, readTensors } from '../../inference/infer.ts';
import { findServed } from '../find-served.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { checkListLength } from '../list-length.ts';
import { requireUse } from '../model-access.ts';

export const queryResolvers: QueryResolvers = {
  infer: (_root, { input }, context) => {
    const { moment, services } = context;
    requireUse(context, input.model);
    const served = findServed(moment.models, input.model, input.version, services.history);
    const read = readTensors(served, input.inputs, context.request);
    checkListLength(context, served, read.rows);
    return infer(served, read, input.outputs ?? null, context.request);
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
