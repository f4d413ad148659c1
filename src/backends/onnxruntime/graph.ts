import type { Dimension } from '../backend.ts';
import { type Field, ProtobufError, type ProtobufReader, type Span } from './protobuf.ts';

/** The type of a graph's input or output; of types that are no tensor only the kind matters. */
export type ValueType =
  | { readonly kind: 'tensor'; readonly element: number; readonly shape: readonly Dimension[] | null }
  | { readonly kind: 'sequence' | 'map' | 'optional' | 'sparse tensor' | 'opaque value' | 'undeclared' };

export interface GraphValue {
  readonly name: string;
  readonly type: ValueType;
  /** The whole field in the file, tag included. */
  readonly span: Span;
}

export interface GraphNode {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The classes that a classifier or a ZipMap names, in the order of its columns; null where it names none. */
  readonly classLabels: readonly string[] | null;
  /** Whether it has an attribute `locale`. */
  readonly namesLocale: boolean;
  /** The whole field in the file, tag included; the payload begins behind tag and length. */
  readonly span: Span & Pick<Field, 'payload'>;
}

/** A tensor whose elements are in another file. */
export interface ExternalTensor {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly number[];
  /** Path relative to the model's folder, as the file says it. */
  readonly location: string;
  readonly offset: number;
  /** Bytes; null where the file does not say. */
  readonly length: number | null;
}

export interface Graph {
  readonly name: string;
  /** Without those that have a default value among the initializers. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** The node that makes each tensor. */
  readonly producers: ReadonlyMap<string, GraphNode>;
  /** The whole field in the file; its payload is the graph's content. */
  readonly field: Field;
}

/** What is found anywhere in the file: in the graph, in graphs inside its nodes, and in functions. */
export interface Findings {
  readonly externalTensors: ExternalTensor[];
  /** Operators in use, as `domain:operator`. */
  readonly operators: Set<string>;
}

/** ONNX Runtime gives up at 100 nested messages; each graph in a graph is three of them. */
const deepestGraph = 32;

/** Reads a GraphProto. Field numbers: onnx/onnx.proto. @throws ProtobufError */
export async function readGraph(reader: ProtobufReader, field: Field, findings: Findings, depth = 0): Promise<Graph> {
  if (depth > deepestGraph) throw new ProtobufError('Its graphs are nested too deeply.', false);
  let name = '';
  const producers = new Map<string, GraphNode>();
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const initialized = new Set<string>();
  await reader.message(field, (each) => {
    if (each.number === 1)
      return readNode(reader, each, findings, depth).then((node) => {
        for (const output of node.outputs) producers.set(output, node);
      });
    if (each.number === 2) return reader.text(each).then((text) => void (name = text));
    if (each.number === 5) return readTensor(reader, each, findings).then((tensor) => void initialized.add(tensor));
    if (each.number === 11) return readValue(reader, each).then((value) => void inputs.push(value));
    if (each.number === 12) return readValue(reader, each).then((value) => void outputs.push(value));
    if (each.number === 15) return readSparse(reader, each, findings).then((tensor) => void initialized.add(tensor));
    return undefined;
  });
  return { name, inputs: inputs.filter((input) => !initialized.has(input.name)), outputs, producers, field };
}

/** Reads a NodeProto and the graphs inside it. @throws ProtobufError */
export async function readNode(
  reader: ProtobufReader,
  field: Field,
  findings: Findings,
  depth: number,
): Promise<GraphNode> {
  let operator = '';
  let domain = '';
  let classLabels: readonly string[] | null = null;
  let namesLocale = false;
  const inputs: string[] = [];
  const outputs: string[] = [];
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.text(each).then((text) => void inputs.push(text));
    if (each.number === 2) return reader.text(each).then((text) => void outputs.push(text));
    if (each.number === 4) return reader.text(each).then((text) => void (operator = text));
    if (each.number === 7) return reader.text(each).then((text) => void (domain = text));
    if (each.number !== 5) return undefined;
    return readAttribute(reader, each, findings, depth).then(({ name, labels }) => {
      classLabels = labels ?? classLabels;
      namesLocale ||= name === 'locale';
    });
  });
  if (domain === 'ai.onnx') domain = '';
  findings.operators.add(`${domain}:${operator}`);
  const { start, payload, end } = field;
  return { operator, domain, inputs, outputs, classLabels, namesLocale, span: { start, payload, end } };
}

/** Reads an AttributeProto: its name, the classes where it names some, and what graphs and tensors it holds. */
async function readAttribute(
  reader: ProtobufReader,
  field: Field,
  findings: Findings,
  depth: number,
): Promise<{ readonly name: string; readonly labels: readonly string[] | null }> {
  let name = '';
  let isLabels = false;
  const labels: string[] = [];
  await reader.message(field, (each) => {
    if (each.number === 1) {
      return reader.text(each).then((text) => {
        name = text;
        isLabels = /^classlabels_(strings|ints|int64s)$/.test(name);
      });
    }
    if (each.number === 5 || each.number === 10) return readTensor(reader, each, findings).then(() => undefined);
    if (each.number === 6 || each.number === 11) {
      return readGraph(reader, each, findings, depth + 1).then(() => undefined);
    }
    if (each.number === 22 || each.number === 23) return readSparse(reader, each, findings).then(() => undefined);
    if (!isLabels) return undefined;
    if (each.number === 9) return reader.text(each).then((text) => void labels.push(text));
    if (each.number === 8) return reader.numbers(each, (number) => void labels.push(String(number)));
    return undefined;
  });
  return { name, labels: labels.length > 0 ? labels : null };
}

/** Reads a TensorProto without its elements; returns its name. */
async function readTensor(reader: ProtobufReader, field: Field, findings: Findings): Promise<string> {
  let name = '';
  let elementType = 0;
  let isExternal = false;
  const shape: number[] = [];
  const external = new Map<string, string>();
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.numbers(each, (size) => void shape.push(Number(size)));
    if (each.number === 2) elementType = Number(each.value);
    if (each.number === 8) return reader.text(each).then((text) => void (name = text));
    if (each.number === 13) return readPair(reader, each).then(({ key, value }) => void external.set(key, value));
    if (each.number === 14) isExternal = each.value === 1;
    return undefined;
  });
  if (!isExternal) return name;
  const length = external.get('length');
  findings.externalTensors.push({
    name,
    elementType,
    shape,
    location: external.get('location') ?? '',
    offset: Number(external.get('offset') ?? 0),
    length: length === undefined ? null : Number(length),
  });
  return name;
}

/** Reads a SparseTensorProto; its name is that of its values. */
async function readSparse(reader: ProtobufReader, field: Field, findings: Findings): Promise<string> {
  let name = '';
  await reader.message(field, (each) => {
    if (each.number === 1) return readTensor(reader, each, findings).then((text) => void (name = text));
    if (each.number === 2) return readTensor(reader, each, findings).then(() => undefined);
    return undefined;
  });
  return name;
}

/** Reads a ValueInfoProto. */
async function readValue(reader: ProtobufReader, field: Field): Promise<GraphValue> {
  let name = '';
  let type: ValueType = { kind: 'undeclared' };
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.text(each).then((text) => void (name = text));
    if (each.number === 2) return readType(reader, each).then((read) => void (type = read));
    return undefined;
  });
  return { name, type, span: { start: field.start, end: field.end } };
}

const kinds = new Map([
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque value'],
  [8, 'sparse tensor'],
  [9, 'optional'],
] as const);

/** Reads a TypeProto. */
async function readType(reader: ProtobufReader, field: Field): Promise<ValueType> {
  let type: ValueType = { kind: 'undeclared' };
  await reader.message(field, (each) => {
    if (each.number === 1) return readTensorType(reader, each).then((read) => void (type = read));
    const kind = [...kinds].find(([number]) => number === each.number)?.[1];
    if (kind !== undefined) type = { kind };
    return undefined;
  });
  return type;
}

async function readTensorType(reader: ProtobufReader, field: Field): Promise<ValueType> {
  let element = 0;
  let shape: Dimension[] | null = null;
  await reader.message(field, (each) => {
    if (each.number === 1) element = Number(each.value);
    if (each.number !== 2) return undefined;
    const dimensions: Dimension[] = [];
    shape = dimensions;
    return reader.message(each, (one) => {
      if (one.number !== 1) return undefined;
      return readDimension(reader, one).then((dimension) => void dimensions.push(dimension));
    });
  });
  return { kind: 'tensor', element, shape };
}

/** A size below zero is written by some exporters for "unknown". */
async function readDimension(reader: ProtobufReader, field: Field): Promise<Dimension> {
  let dimension: Dimension = null;
  await reader.message(field, (each) => {
    if (each.number === 1) dimension = each.value >= 0 ? Number(each.value) : null;
    if (each.number === 2) return reader.text(each).then((text) => void (dimension = text === '' ? null : text));
    return undefined;
  });
  return dimension;
}

/** Reads a StringStringEntryProto. */
export async function readPair(reader: ProtobufReader, field: Field): Promise<{ key: string; value: string }> {
  const pair = { key: '', value: '' };
  await reader.message(field, (each) => {
    if (each.number === 1) return reader.text(each).then((text) => void (pair.key = text));
    if (each.number === 2) return reader.text(each).then((text) => void (pair.value = text));
    return undefined;
  });
  return pair;
}
