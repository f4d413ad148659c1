import { tensorToBase64 } from '../../tensors/base64.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import type { NamedTensorResolvers, TensorResolvers } from '../generated/resolvers.ts';

// Values and base64 are made only for the fields that are selected: for large tensors each of them costs milliseconds.
const base64 = (tensor: Tensor): string | null => (tensor.datatype === 'BYTES' ? null : tensorToBase64(tensor));
const shape = (tensor: Tensor): number[] => [...tensor.shape];

export const tensorResolvers: TensorResolvers = { shape, values: (tensor) => tensor, base64 };

export const namedTensorResolvers: NamedTensorResolvers = { shape, values: (tensor) => tensor, base64 };
