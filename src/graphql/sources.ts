import type { InferenceResult } from '../inference/infer.ts';
import type { PredictionMeta } from '../inference/predict.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { ModelEntry, VersionEntry } from '../repository/model-entry.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** What resolvers of the GraphQL type `Model` read. */
export type ModelSource = ModelEntry<ServedModel>;

/** What resolvers of the GraphQL type `ModelVersion` read. */
export interface VersionSource {
  readonly model: ModelSource;
  readonly entry: VersionEntry<ServedModel>;
}

/** What resolvers of the GraphQL type `NamedTensor` read. */
export type NamedTensorSource = InferenceResult['outputs'][number];

/** What resolvers of the GraphQL type `Tensor` read. */
export type TensorSource = Tensor;

/** What resolvers of the GraphQL type `PredictionMeta` read. */
export type MetaSource = PredictionMeta;
