import type { ModelFile } from '../backend.ts';
import { type Findings, type Graph, readGraph, readNode, readPair } from './graph.ts';
import { type Field, ProtobufError, type ProtobufReader, wireTypes } from './protobuf.ts';

/** The small parts of a ModelProto: everything but the weights. */
export interface ModelProto extends Findings {
  readonly file: ModelFile;
  readonly graph: Graph;
  /** Functions inside the file, as `domain:operator`. */
  readonly functions: ReadonlySet<string>;
}

/** Longer texts are of no use to a reader of the API; some exporters put whole vocabularies there. */
const longestShownText = 65_536;

/** The wire type of each field of ModelProto: a file that begins otherwise is something else. */
const fieldWireTypes = new Map<number, number>([
  [1, wireTypes.varint],
  [2, wireTypes.bytes],
  [3, wireTypes.bytes],
  [4, wireTypes.bytes],
  [5, wireTypes.varint],
  [6, wireTypes.bytes],
  [7, wireTypes.bytes],
  [8, wireTypes.bytes],
  [14, wireTypes.bytes],
  [20, wireTypes.bytes],
  [25, wireTypes.bytes],
  [26, wireTypes.bytes],
]);

/** Thrown instead of a ProtobufError when not even the first field is one of ONNX's. */
export class NotOnnxError extends Error {
  override readonly name = 'NotOnnxError';
}

/** Reads a ModelProto. Field numbers: onnx/onnx.proto. @throws ProtobufError, NotOnnxError */
export async function readModelProto(reader: ProtobufReader): Promise<ModelProto> {
  const findings: Findings = { externalTensors: [], operators: new Set() };
  const functions = new Set<string>();
  const texts = new Map<number, string>();
  const opsets: { domain: string; version: number }[] = [];
  const metadata: { key: string; value: string }[] = [];
  let irVersion: number | null = null;
  let graph: Graph | null = null;
  let fields = 0;
  await notOnnxUnless(
    () => fields > 0,
    reader.eachField({ start: 0, end: reader.size }, (each) => {
      const expected = fieldWireTypes.get(each.number);
      if (expected !== each.wireType && (fields === 0 || expected !== undefined)) throw new NotOnnxError();
      fields += 1;
      if (each.number === 1) irVersion = Number(each.value);
      if (each.number === 8) return readOpset(reader, each).then((opset) => void opsets.push(opset));
      if (each.number === 14) return readPair(reader, each).then((pair) => void metadata.push(pair));
      if (each.number === 25) return readFunction(reader, each, findings).then((name) => void functions.add(name));
      if (each.number === 7) {
        if (graph !== null) throw new ProtobufError('It holds two graphs.', false);
        return readGraph(reader, each, findings).then((read) => void (graph = read));
      }
      if (each.wireType !== wireTypes.bytes || each.number > 6) return undefined;
      return reader.text(each).then((text) => void texts.set(each.number, text));
    }),
  );
  if (irVersion === null) throw new NotOnnxError();
  // Both are there in every model, and stand behind each other: a file without them was cut between two fields.
  if (graph === null) throw new ProtobufError('It holds no graph.', true);
  if (opsets.length === 0) throw new ProtobufError('It names no operator set.', true);
  const read: Graph = graph;
  const file: ModelFile = {
    format: 'ONNX',
    producerName: texts.get(2) ?? '',
    producerVersion: texts.get(3) ?? '',
    domain: texts.get(4) ?? '',
    graphName: read.name,
    description: (texts.get(6) ?? '').slice(0, longestShownText),
    irVersion,
    opsets,
    metadata: metadata.map(({ key, value }) => ({ key, value: value.slice(0, longestShownText) })),
  };
  return { ...findings, file, graph: read, functions };
}

/** What goes wrong before a first field was found says only that the file is something else. */
async function notOnnxUnless(isOnnx: () => boolean, reading: Promise<void>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ProtobufError && !isOnnx()) throw new NotOnnxError(undefined, { cause: error });
    throw error;
  }
}

/** Reads an OperatorSetIdProto. */
async function readOpset(reader: ProtobufReader, field: Field): Promise<{ domain: string; version: number }> {
  const opset = { domain: '', version: 0 };
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.text(each).then((text) => void (opset.domain = text));
    if (each.number === 2) opset.version = Number(each.value);
    return undefined;
  });
  return opset;
}

/** Reads a FunctionProto; returns its name as `domain:operator`. */
async function readFunction(reader: ProtobufReader, field: Field, findings: Findings): Promise<string> {
  let name = '';
  let domain = '';
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.text(each).then((text) => void (name = text));
    if (each.number === 7) return readNode(reader, each, findings, 0).then(() => undefined);
    if (each.number === 10) return reader.text(each).then((text) => void (domain = text));
    return undefined;
  });
  return `${domain}:${name}`;
}
