import {
  bytesField,
  concatBytes,
  floatField,
  stringField,
  varint,
  varintField,
} from '../../src/backends/onnxruntime/protobuf-writer.ts';
import { type Datatype, type TensorData, datatypes } from '../../src/tensors/datatypes.ts';

/** A datatype of ours, or the code of any other in TensorProto.DataType (16 is bfloat16, 22 is int4, …). */
export type ElementType = Datatype | number;

/** Dimensions: a size, the name of a symbolic one, null for a nameless one. A null shape declares none at all. */
export type ShapeSpec = readonly (number | string | null)[] | null;

export type TypeSpec =
  | { readonly tensor: ElementType; readonly shape: ShapeSpec }
  | { readonly sequence: TypeSpec }
  | { readonly optional: TypeSpec }
  | { readonly mapKey: ElementType; readonly mapValue: TypeSpec }
  | { readonly sparse: ElementType; readonly shape: ShapeSpec };

export interface ValueSpec {
  readonly name: string;
  readonly type: TypeSpec;
}

export interface InitializerSpec {
  readonly name: string;
  readonly datatype: ElementType;
  readonly shape: readonly number[];
  /** Elements; left out where they are in another file. */
  readonly data?: TensorData;
  readonly external?: { readonly location: string; readonly offset?: number; readonly length?: number };
}

export type AttributeSpec =
  | { readonly int: number | bigint }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly tensor: InitializerSpec }
  | { readonly graph: GraphSpec }
  | { readonly type: TypeSpec };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly domain?: string;
  readonly name?: string;
}

export interface GraphSpec {
  /** @default 'graph' */
  readonly name?: string;
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: readonly InitializerSpec[];
  readonly valueInfo?: readonly ValueSpec[];
}

export interface FunctionSpec {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeSpec[];
}

export interface ModelSpec extends GraphSpec {
  /** @default 8 */
  readonly irVersion?: number;
  /** Versions by domain. @default { '': 17 } */
  readonly opsets?: Readonly<Record<string, number>>;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly functions?: readonly FunctionSpec[];
}

/** A tensor value, for the inputs and outputs of a graph. */
export function tensorValue(name: string, tensor: ElementType, shape: ShapeSpec): ValueSpec {
  return { name, type: { tensor, shape } };
}

/** The bytes of a ModelProto. Field numbers: onnx/onnx.proto of ONNX 1.18. */
export function model(spec: ModelSpec): Uint8Array<ArrayBuffer> {
  const opsets = spec.opsets ?? { '': 17 };
  return concatBytes([
    varintField(1, spec.irVersion ?? 8),
    ...text(2, spec.producerName ?? 'inferql-tests'),
    ...text(3, spec.producerVersion),
    ...text(4, spec.domain),
    ...text(6, spec.description),
    bytesField(7, ...graph(spec)),
    ...Object.entries(opsets).map(([domain, version]) => bytesField(8, ...text(1, domain), varintField(2, version))),
    ...Object.entries(spec.metadata ?? {}).map(([key, value]) => bytesField(14, ...pair(key, value))),
    ...(spec.functions ?? []).map((each) =>
      bytesField(
        25,
        stringField(1, each.name),
        ...each.inputs.map((name) => stringField(4, name)),
        ...each.outputs.map((name) => stringField(5, name)),
        ...each.nodes.map((node) => bytesField(7, ...nodeFields(node))),
        bytesField(9, varintField(2, opsets[''] ?? 17)),
        stringField(10, each.domain),
      ),
    ),
  ]);
}

function graph(spec: GraphSpec): Uint8Array[] {
  return [
    ...spec.nodes.map((node) => bytesField(1, ...nodeFields(node))),
    stringField(2, spec.name ?? 'graph'),
    ...(spec.initializers ?? []).map((each) => bytesField(5, ...tensorProto(each))),
    ...spec.inputs.map((value) => bytesField(11, ...valueInfo(value))),
    ...spec.outputs.map((value) => bytesField(12, ...valueInfo(value))),
    ...(spec.valueInfo ?? []).map((value) => bytesField(13, ...valueInfo(value))),
  ];
}

function nodeFields(node: NodeSpec): Uint8Array[] {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    ...text(3, node.name),
    stringField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      bytesField(5, stringField(1, name), ...attribute(value)),
    ),
    ...text(7, node.domain),
  ];
}

/** The value and its kind in AttributeProto.AttributeType, which ONNX Runtime insists on. */
function attribute(value: AttributeSpec): Uint8Array[] {
  if ('float' in value) return [floatField(2, value.float), varintField(20, 1)];
  if ('int' in value) return [varintField(3, value.int), varintField(20, 2)];
  if ('string' in value) return [stringField(4, value.string), varintField(20, 3)];
  if ('tensor' in value) return [bytesField(5, ...tensorProto(value.tensor)), varintField(20, 4)];
  if ('graph' in value) return [bytesField(6, ...graph(value.graph)), varintField(20, 5)];
  if ('type' in value) return [bytesField(14, type(value.type)), varintField(20, 13)];
  if ('floats' in value) return [...value.floats.map((each) => floatField(7, each)), varintField(20, 6)];
  if ('ints' in value) return [...value.ints.map((each) => varintField(8, each)), varintField(20, 7)];
  return [...value.strings.map((each) => stringField(9, each)), varintField(20, 8)];
}

function tensorProto(spec: InitializerSpec): Uint8Array[] {
  const { external } = spec;
  return [
    bytesField(1, ...spec.shape.map(varint)),
    varintField(2, elementCode(spec.datatype)),
    stringField(8, spec.name),
    ...(spec.data === undefined ? [] : tensorData(spec.data)),
    ...(external === undefined
      ? []
      : [
          ...Object.entries(external).map(([key, value]) => bytesField(13, ...pair(key, String(value)))),
          varintField(14, 1),
        ]),
  ];
}

function tensorData(data: TensorData): Uint8Array[] {
  if (!ArrayBuffer.isView(data)) return data.map((each) => stringField(6, each));
  return [bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

function valueInfo(value: ValueSpec): Uint8Array[] {
  return [stringField(1, value.name), bytesField(2, type(value.type))];
}

function type(spec: TypeSpec): Uint8Array {
  if ('tensor' in spec) return bytesField(1, varintField(1, elementCode(spec.tensor)), ...shapeField(spec.shape));
  if ('sequence' in spec) return bytesField(4, bytesField(1, type(spec.sequence)));
  if ('mapKey' in spec)
    return bytesField(5, varintField(1, elementCode(spec.mapKey)), bytesField(2, type(spec.mapValue)));
  if ('sparse' in spec) return bytesField(8, varintField(1, elementCode(spec.sparse)), ...shapeField(spec.shape));
  return bytesField(9, bytesField(1, type(spec.optional)));
}

function shapeField(shape: ShapeSpec): Uint8Array[] {
  if (shape === null) return [];
  return [
    bytesField(
      2,
      ...shape.map((size) => {
        if (size === null) return bytesField(1);
        return bytesField(1, typeof size === 'number' ? varintField(1, size) : stringField(2, size));
      }),
    ),
  ];
}

function elementCode(datatype: ElementType): number {
  return typeof datatype === 'number' ? datatype : datatypes[datatype].onnx;
}

function pair(key: string, value: string): Uint8Array[] {
  return [stringField(1, key), stringField(2, value)];
}

function text(field: number, value: string | undefined): Uint8Array[] {
  return value === undefined || value === '' ? [] : [stringField(field, value)];
}
