import { type BadInputReason, badInput, describeValue } from '../errors.ts';
import { type Datatype, type TensorData, datatypes } from './datatypes.ts';
import { type ElementReader, elementReaders } from './elements.ts';
import { fromHalfBits } from './half-precision.ts';
import {
  type DimensionBindings,
  type ShapePattern,
  formatShape,
  knownSize,
  maxRank,
  requireElementCount,
} from './shape.ts';
import type { Tensor } from './tensor.ts';

/** What else `valuesToTensor` may need to know. */
export interface ValuesOptions {
  /** The named dimensions of the row or request so far. Those that are found here are added. */
  readonly bindings?: DimensionBindings | undefined;
  /** Whether one flat list in row-major order will do as well; the shape must then be given in full. @default false */
  readonly allowFlat?: boolean | undefined;
}

/**
 * Makes a tensor of nested JSON lists, checking datatype and shape once.
 * @param pattern the dimensions that it must have, or null for any; the bare value for `[]`.
 * @param name of the input, for messages, which point at the offending element: `pixels[3][7]`.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function valuesToTensor(
  values: unknown,
  datatype: Datatype,
  pattern: ShapePattern | null,
  name: string,
  options: ValuesOptions = {},
): Tensor {
  const reader = elementReaders[datatype];
  const flat = options.allowFlat === true ? flatList(values, pattern, name) : undefined;
  if (flat !== undefined) return { datatype, shape: flat.shape, data: readFlat(flat.list, reader, name) };
  const shape = measure(values, pattern, name, options.bindings);
  const count = requireElementCount(shape, name);
  if (shape.length === 0) return { datatype, shape, data: readFlat([values], reader, name, '') };
  // Every list is measured before room is made: a few ragged lists must not claim the product of their lengths.
  checkLists(values, shape, 0, name);
  const store = reader.allocate(count);
  let offset = 0;
  const read = (list: readonly unknown[], level: number, path: string): void => {
    if (level < shape.length - 1) {
      for (let index = 0; index < list.length; index += 1)
        read(list[index] as unknown[], level + 1, `${path}[${index}]`);
      return;
    }
    const refused = store.fill(list, offset);
    if (refused !== -1) throw refusedElement(list[refused], reader, `${path}[${refused}]`);
    offset += list.length;
  };
  if (count > 0) read(values as unknown[], 0, name);
  return { datatype, shape, data: store.data() };
}

function flatList(values: unknown, pattern: ShapePattern | null, name: string) {
  if (!Array.isArray(values) || pattern === null || Array.isArray(values[0]) || pattern.length === 1) return undefined;
  const shape = pattern.filter((dimension) => typeof dimension === 'number');
  if (shape.length < pattern.length) return undefined;
  const count = requireElementCount(shape, name);
  if (count === values.length) return { shape, list: values as readonly unknown[] };
  if (shape.length === 0) return undefined;
  throw badInput({
    reason: 'WRONG_LENGTH',
    input: name,
    expected: `${count} elements, nested for the shape ${formatShape(shape)} or in one flat list`,
    received: `a flat list of ${values.length}`,
  });
}

function readFlat(list: readonly unknown[], reader: ElementReader, name: string, place?: string): TensorData {
  const store = reader.allocate(list.length);
  const refused = store.fill(list, 0);
  if (refused !== -1) throw refusedElement(list[refused], reader, `${name}${place ?? `[${refused}]`}`);
  return store.data();
}

/** The sizes along the first element of each level. */
function measure(
  values: unknown,
  pattern: ShapePattern | null,
  name: string,
  bindings: DimensionBindings | undefined,
): readonly number[] {
  const shape: number[] = [];
  let node = values;
  let path = name;
  for (let level = 0; pattern === null ? Array.isArray(node) : level < pattern.length; level += 1) {
    const dimension = pattern?.[level] ?? null;
    const known = knownSize(dimension, bindings);
    // Below an empty list nothing can be measured; the sizes are those that are known.
    const size = node === undefined ? (known ?? 0) : listLength(node, path, pattern);
    if (known !== undefined && size !== known) throw wrongLength(path, known, size, dimension);
    if (typeof dimension === 'string') bindings?.set(dimension, size);
    shape.push(size);
    if (level >= maxRank) throw wrongShape(name, `lists at most ${maxRank} deep`, 'deeper ones');
    node = Array.isArray(node) && node.length > 0 ? (node[0] as unknown) : undefined;
    path += '[0]';
  }
  if (Array.isArray(node)) {
    const expected =
      shape.length === 0 ? 'a bare value' : `lists ${shape.length} deep, for the shape ${formatShape(pattern)}`;
    throw wrongShape(path, expected, describeReceived(node));
  }
  return shape;
}

function listLength(node: unknown, path: string, pattern: ShapePattern | null): number {
  if (Array.isArray(node)) return node.length;
  throw wrongShape(path, `a list, for the shape ${formatShape(pattern)}`, describeReceived(node));
}

function checkLists(node: unknown, shape: readonly number[], level: number, path: string): void {
  const size = shape[level];
  if (size === undefined) return;
  if (!Array.isArray(node)) throw wrongShape(path, `a list of ${size}`, describeReceived(node));
  if (node.length !== size) throw wrongLength(path, size, node.length, null);
  if (level === shape.length - 1) return;
  for (let index = 0; index < size; index += 1) checkLists(node[index], shape, level + 1, `${path}[${index}]`);
}

function refusedElement(value: unknown, reader: ElementReader, path: string) {
  const reason: BadInputReason = Array.isArray(value) ? 'WRONG_SHAPE' : reader.reason(value);
  return badInput({ reason, input: path, expected: reader.expected, received: describeReceived(value) });
}

function wrongShape(path: string, expected: string, received: string) {
  return badInput({ reason: 'WRONG_SHAPE', input: path, expected, received });
}

function wrongLength(path: string, expected: number, received: number, dimension: number | string | null) {
  const named = typeof dimension === 'string' ? ` (the dimension "${dimension}")` : '';
  return badInput({
    reason: 'WRONG_LENGTH',
    input: path,
    expected: `a list of ${expected}${named}`,
    received: `a list of ${received}`,
  });
}

/** Lists are told by their length alone: what is in them may be large. */
function describeReceived(value: unknown): string {
  return Array.isArray(value) ? `a list of ${value.length}` : describeValue(value);
}

/**
 * The elements of a tensor as nested JSON lists; the bare value for a scalar. Integers beyond ±(2^53 - 1) become
 * decimal strings; NaN and the infinities become "NaN", "Infinity" and "-Infinity".
 */
export function tensorToValues(tensor: Tensor): unknown {
  const elements = jsonElements(tensor);
  const { shape } = tensor;
  let offset = 0;
  const nest = (level: number): unknown => {
    const size = shape[level];
    if (size === undefined) return elements[offset];
    if (level === shape.length - 1) {
      offset += size;
      return size === elements.length ? elements : elements.slice(offset - size, offset);
    }
    return Array.from({ length: size }, () => nest(level + 1));
  };
  return nest(0);
}

function jsonElements({ datatype, data }: Tensor): readonly unknown[] {
  switch (datatypes[datatype].json) {
    case 'boolean':
      return mapElements<unknown>(data, (element) => element === 1);
    case 'bigint':
      return mapElements<unknown>(data, (element) => jsonInteger(element as bigint));
    case 'float':
      return jsonFloats((data instanceof Uint16Array ? fromHalfBits(data) : data) as ArrayLike<number>);
    default:
      return mapElements<unknown>(data, (element) => element);
  }
}

/** `Array.from` goes through the iterator of a typed array, which takes several times as long. */
function mapElements<Element>(data: ArrayLike<Element>, convert: (element: Element) => unknown): readonly unknown[] {
  const elements: unknown[] = [];
  for (let index = 0; index < data.length; index += 1) elements.push(convert(data[index] as Element));
  return elements;
}

/** A 64-bit integer for JSON: a number within ±(2^53 - 1), else a decimal string. */
export function jsonInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function jsonFloats(data: ArrayLike<number>): readonly unknown[] {
  const elements: unknown[] = [];
  for (let index = 0; index < data.length; index += 1) {
    const element = data[index] as number;
    elements.push(Number.isFinite(element) ? element : String(element));
  }
  return elements;
}
