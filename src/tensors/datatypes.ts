/** The datatype words of the KServe Open Inference Protocol v2. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'FP32'
  | 'FP64'
  | 'BYTES';

/**
 * Elements in row-major order. BOOL is one byte an element (0 or 1), FP16 is the raw half bits,
 * 64-bit integers are bigints, BYTES are strings (UTF-8 text).
 */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly string[];

type NumericConstructor = new (
  buffer: ArrayBuffer,
  byteOffset?: number,
  length?: number,
) => Exclude<TensorData, readonly string[]>;

export interface DatatypeEntry {
  /** The element type's name in onnxruntime's JavaScript API. */
  readonly onnxruntime: string;
  /** TensorProto.DataType in onnx.proto. */
  readonly onnx: number;
  /** Bytes an element takes in `data` and in base64; null for BYTES. */
  readonly bytes: number | null;
  /** How an element looks in JSON. */
  readonly json: 'boolean' | 'integer' | 'bigint' | 'float' | 'string';
  readonly array: NumericConstructor | null;
  /** The least and greatest integer that fits; null where every JSON value of the kind does. */
  readonly range: readonly [bigint, bigint] | null;
}

/** Every datatype that onnxruntime-node can run; source of the codes: onnx.proto, TensorProto.DataType. */
export const datatypes: Readonly<Record<Datatype, DatatypeEntry>> = {
  BOOL: { onnxruntime: 'bool', onnx: 9, bytes: 1, json: 'boolean', array: Uint8Array, range: null },
  UINT8: { onnxruntime: 'uint8', onnx: 2, bytes: 1, json: 'integer', array: Uint8Array, range: [0n, 255n] },
  UINT16: { onnxruntime: 'uint16', onnx: 4, bytes: 2, json: 'integer', array: Uint16Array, range: [0n, 65_535n] },
  UINT32: {
    onnxruntime: 'uint32',
    onnx: 12,
    bytes: 4,
    json: 'integer',
    array: Uint32Array,
    range: [0n, 4_294_967_295n],
  },
  UINT64: {
    onnxruntime: 'uint64',
    onnx: 13,
    bytes: 8,
    json: 'bigint',
    array: BigUint64Array,
    range: [0n, 18_446_744_073_709_551_615n],
  },
  INT8: { onnxruntime: 'int8', onnx: 3, bytes: 1, json: 'integer', array: Int8Array, range: [-128n, 127n] },
  INT16: { onnxruntime: 'int16', onnx: 5, bytes: 2, json: 'integer', array: Int16Array, range: [-32_768n, 32_767n] },
  INT32: {
    onnxruntime: 'int32',
    onnx: 6,
    bytes: 4,
    json: 'integer',
    array: Int32Array,
    range: [-2_147_483_648n, 2_147_483_647n],
  },
  INT64: {
    onnxruntime: 'int64',
    onnx: 7,
    bytes: 8,
    json: 'bigint',
    array: BigInt64Array,
    range: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
  },
  FP16: { onnxruntime: 'float16', onnx: 10, bytes: 2, json: 'float', array: Uint16Array, range: null },
  FP32: { onnxruntime: 'float32', onnx: 1, bytes: 4, json: 'float', array: Float32Array, range: null },
  FP64: { onnxruntime: 'float64', onnx: 11, bytes: 8, json: 'float', array: Float64Array, range: null },
  BYTES: { onnxruntime: 'string', onnx: 8, bytes: null, json: 'string', array: null, range: null },
};
