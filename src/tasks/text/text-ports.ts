import { ModelLoadError } from '../../errors.ts';
import { formatShape } from '../../tensors/shape.ts';
import type { RowPort, RowSignature } from '../row-signature.ts';

/** What one input of the graph takes of a tokenized text. */
export type TokenRole = 'ids' | 'mask' | 'types' | 'positions';

export interface TokenPort {
  readonly role: TokenRole;
  readonly name: string;
  readonly datatype: 'INT32' | 'INT64';
}

/** What a graph takes: the text itself, or the ids of its tokens and what goes with them. */
export type TextPorts =
  | { readonly kind: 'string'; readonly name: string; readonly shape: readonly number[] }
  | {
      readonly kind: 'tokens';
      readonly ports: readonly TokenPort[];
      /** How many tokens every row has; null where the graph takes any number. */
      readonly length: number | null;
    };

const roles: Readonly<Record<string, TokenRole>> = {
  attention_mask: 'mask',
  token_type_ids: 'types',
  position_ids: 'positions',
};

/**
 * Finds what a graph takes of a text.
 * @param chosen the input that the manifest names.
 * @throws ModelLoadError naming the inputs, when they are others than those of a text.
 */
export function findTextPorts({ inputs }: RowSignature, chosen: string | undefined): TextPorts {
  if (chosen !== undefined && !inputs.some(({ name }) => name === chosen)) {
    throw new ModelLoadError(`The manifest says text.input: ${chosen}, and the model takes ${describe(inputs)}.`);
  }
  const main =
    inputs.find(({ name }) => name === (chosen ?? 'input_ids')) ?? (inputs.length === 1 ? inputs[0] : undefined);
  const [strings] = inputs.filter(({ datatype }) => datatype === 'BYTES');
  if (strings !== undefined && (main === undefined || main === strings)) return stringPorts(strings, inputs);
  if (main === undefined) {
    throw new ModelLoadError(
      `The model takes ${describe(inputs)}: neither one string nor input_ids; say text.input in the manifest, or use the task tensor.`,
    );
  }
  return tokenPorts(main, inputs);
}

function stringPorts(port: RowPort, inputs: readonly RowPort[]): TextPorts {
  if (inputs.length > 1) {
    throw new ModelLoadError(
      `A model of texts takes one string and nothing else, and this one takes ${describe(inputs)}.`,
    );
  }
  const { name, shape } = port;
  const [size] = shape ?? [];
  if (shape !== null && (shape.length > 1 || (typeof size === 'number' && size !== 1))) {
    throw new ModelLoadError(
      `The input "${name}" takes strings of shape ${formatShape(shape)} in each row, and a text is one.`,
    );
  }
  return { kind: 'string', name, shape: shape?.length === 0 ? [] : [1] };
}

function tokenPorts(main: RowPort, inputs: readonly RowPort[]): TextPorts {
  const unknown = inputs.filter((port) => port !== main && !Object.hasOwn(roles, port.name));
  if (unknown.length > 0) {
    throw new ModelLoadError(
      `A model of texts takes input_ids, attention_mask, token_type_ids and position_ids; this one takes ${describe(unknown)} as well.`,
    );
  }
  let length: number | null = null;
  for (const { name, shape } of inputs) {
    const [size] = shape ?? [null];
    if (shape !== null && shape.length !== 1) {
      throw new ModelLoadError(
        `The input "${name}" has the shape ${formatShape(shape)} in each row, and tokens are one list.`,
      );
    }
    if (typeof size !== 'number') continue;
    if (length !== null && length !== size) {
      throw new ModelLoadError(`The inputs take different numbers of tokens: ${describe(inputs)}.`);
    }
    length = size;
  }
  const ports = inputs.map((port): TokenPort => {
    const { name, datatype } = port;
    if (datatype !== 'INT64' && datatype !== 'INT32') {
      throw new ModelLoadError(`The input "${name}" takes ${datatype}, and ids of tokens are INT64 or INT32.`);
    }
    return { role: port === main ? 'ids' : (roles[name] ?? 'ids'), name, datatype };
  });
  return { kind: 'tokens', ports, length };
}

function describe(inputs: readonly RowPort[]): string {
  return inputs.map(({ name, datatype, shape }) => `"${name}" ${datatype} ${formatShape(shape)}`).join(', ');
}
