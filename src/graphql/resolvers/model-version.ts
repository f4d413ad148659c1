import type { ModelFile, OutputPort, Port } from '../../backends/backend.ts';
import { readStats } from '../model-stats.ts';
import type { ModelFileDetails, ModelVersionResolvers, TensorSpec } from '../generated/resolvers.ts';

export const modelVersionResolvers: ModelVersionResolvers = {
  version: ({ entry }) => entry.version,
  state: ({ entry: { state } }) => ({ reason: null, ...state }),
  update: ({ entry: { update } }) => (update === null ? null : { reason: null, ...update }),
  ready: ({ entry }) => entry.served !== null,
  signature: ({ entry: { served } }) =>
    served === null
      ? null
      : {
          inputs: served.model.signature.inputs.map(tensorSpec),
          outputs: served.model.signature.outputs.map(tensorSpec),
        },
  batching: ({ entry: { served } }) =>
    served === null
      ? null
      : {
          ...served.batching,
          instances: served.model.instances,
          threadsPerInstance: served.model.threadsPerInstance,
        },
  file: ({ entry: { file, served } }) =>
    file === null
      ? null
      : {
          sizeBytes: file.sizeBytes,
          sha256: file.sha256,
          details: served === null ? null : details(served.model.file),
        },
  notes: ({ entry: { served } }) => [...(served?.notes ?? [])],
  stats: ({ model, entry }, _arguments, context) => readStats(context, model.name, entry.version),
};

function details({ opsets, metadata, ...file }: ModelFile): ModelFileDetails {
  return { ...file, opsets: [...opsets], metadata: [...metadata] };
}

function tensorSpec(port: Port | OutputPort): TensorSpec {
  return {
    name: port.name,
    datatype: port.datatype,
    shape:
      port.shape?.map((dimension) => ({
        size: typeof dimension === 'number' ? dimension : null,
        name: typeof dimension === 'string' ? dimension : null,
      })) ?? null,
    classLabels: 'classLabels' in port && port.classLabels !== undefined ? [...port.classLabels] : null,
  };
}
