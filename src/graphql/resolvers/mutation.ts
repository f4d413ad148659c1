import { administrationFor } from '../admin-scope.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

export const mutationResolvers: MutationResolvers = {
  loadModel: (_root, { model, version }, context) => administrationFor(context).load(model, version ?? null),
  unloadModel: (_root, { model, version }, context) => administrationFor(context).unload(model, version ?? null),
  rescanRepository: async (_root, _arguments, context) => [...(await administrationFor(context).rescan())],
  setLogLevel: async (_root, { level }, context) => {
    await administrationFor(context).setLogLevel(level.toLowerCase() as Lowercase<typeof level>);
    return level;
  },
  acceptVersion: (_root, { model, version }, context) => administrationFor(context).accept(model, version),
};
