import { tensorToBase64 } from '../tensors/base64.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** Resolvers of the types `Tensor` and `NamedTensor`: only the form that a client selects is made. */
export const tensorFields = {
  /** The scalar `TensorValues` makes nested lists of it. */
  values: (tensor: Tensor): Tensor => tensor,
  base64: (tensor: Tensor): string | null => tensorToBase64(tensor),
} as const;
