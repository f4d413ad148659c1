import { type Datatype, datatypes } from '../../tensors/datatypes.ts';

interface ElementType {
  readonly name: string;
  readonly bits: number;
}

/** Names and sizes of the element types, by TensorProto.DataType of onnx/onnx.proto; strings have no fixed size. */
const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [1, { name: 'float32', bits: 32 }],
  [2, { name: 'uint8', bits: 8 }],
  [3, { name: 'int8', bits: 8 }],
  [4, { name: 'uint16', bits: 16 }],
  [5, { name: 'int16', bits: 16 }],
  [6, { name: 'int32', bits: 32 }],
  [7, { name: 'int64', bits: 64 }],
  [8, { name: 'string', bits: 0 }],
  [9, { name: 'bool', bits: 8 }],
  [10, { name: 'float16', bits: 16 }],
  [11, { name: 'float64', bits: 64 }],
  [12, { name: 'uint32', bits: 32 }],
  [13, { name: 'uint64', bits: 64 }],
  [14, { name: 'complex64', bits: 64 }],
  [15, { name: 'complex128', bits: 128 }],
  [16, { name: 'bfloat16', bits: 16 }],
  [17, { name: 'float8e4m3fn', bits: 8 }],
  [18, { name: 'float8e4m3fnuz', bits: 8 }],
  [19, { name: 'float8e5m2', bits: 8 }],
  [20, { name: 'float8e5m2fnuz', bits: 8 }],
  [21, { name: 'uint4', bits: 4 }],
  [22, { name: 'int4', bits: 4 }],
  [23, { name: 'float4e2m1', bits: 4 }],
  [24, { name: 'float8e8m0', bits: 8 }],
  [25, { name: 'uint2', bits: 2 }],
  [26, { name: 'int2', bits: 2 }],
]);

const servedTypes = new Map(Object.entries(datatypes).map(([name, { onnx }]) => [onnx, name as Datatype]));

/** The datatype of an ONNX element type; null for those that cannot be passed in or out. */
export function datatypeOf(elementType: number): Datatype | null {
  return servedTypes.get(elementType) ?? null;
}

/** What ONNX calls an element type. */
export function elementTypeName(elementType: number): string {
  return elementTypes.get(elementType)?.name ?? `element type ${elementType}`;
}

/** Bytes that a tensor takes in a file; 0 where that cannot be told. */
export function storedBytes(elementType: number, shape: readonly number[]): number {
  let bits = elementTypes.get(elementType)?.bits ?? 0;
  for (const size of shape) bits *= size;
  return Math.ceil(bits / 8);
}
