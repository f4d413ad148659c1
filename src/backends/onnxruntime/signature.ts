import { ModelLoadError } from '../../errors.ts';
import type { OutputPort, Port, Signature } from '../backend.ts';
import { classLabelsOf } from './class-labels.ts';
import { datatypeOf, elementTypeName } from './element-types.ts';
import type { Graph, GraphValue } from './graph.ts';
import type { ZipMapCuts } from './zipmap.ts';

/** A file may declare any size, and rows of zeros are made of it: the warm-up would take all memory that there is. */
const mostElements = 2 ** 26;

export interface ReadSignature {
  readonly signature: Signature;
  readonly notes: readonly string[];
}

/**
 * What can be passed to the graph and fetched from it. Outputs that are no tensors are left out, with a note.
 * @throws ModelLoadError for inputs that are no tensors, element types that cannot be passed, and no outputs at all.
 */
export function signatureOf(graph: Graph, cuts: ZipMapCuts): ReadSignature {
  const notes = [...cuts].map(
    ([output, classLabels]) =>
      `The ZipMap behind the output "${output}" was cut off: the output is FP32 with a column for each of the ` +
      `${classLabels.length} classes, instead of a sequence of maps.`,
  );
  refuseTwins(graph);
  const outputs: OutputPort[] = [];
  for (const value of graph.outputs) {
    const classLabels = cuts.get(value.name);
    if (classLabels !== undefined) {
      outputs.push({ name: value.name, datatype: 'FP32', shape: [null, classLabels.length], classLabels });
    } else if (value.type.kind === 'tensor' || value.type.kind === 'undeclared') {
      outputs.push(outputPort(graph, value));
    } else {
      notes.push(`The output "${value.name}" is left out: it is a ${value.type.kind}, and only tensors can be served.`);
    }
  }
  if (outputs.length === 0) throw noOutputs(graph);
  return { signature: { inputs: graph.inputs.map((value) => portOf('input', value)), outputs }, notes };
}

function outputPort(graph: Graph, value: GraphValue): OutputPort {
  const port = portOf('output', value);
  if (port.datatype !== 'FP32' && port.datatype !== 'FP64') return port;
  const classLabels = classLabelsOf(graph, port.name, port.shape);
  return classLabels === null ? port : { ...port, classLabels };
}

function portOf(role: 'input' | 'output', { name, type }: GraphValue): Port {
  if (type.kind === 'undeclared') {
    throw new ModelLoadError(
      `The file declares no type for the ${role} "${name}": run onnx.shape_inference on the model and save it again.`,
    );
  }
  if (type.kind !== 'tensor') {
    throw new ModelLoadError(
      `The ${role} "${name}" is a ${type.kind}, and only tensors can be served: export the model with tensors instead.`,
    );
  }
  const least = (type.shape ?? []).reduce((count: number, size) => count * (typeof size === 'number' ? size : 1), 1);
  if (role === 'input' && least > mostElements) {
    throw new ModelLoadError(
      `The input "${name}" takes ${least} elements at least, and no request carries more than ${mostElements}: export the ` +
        'model with smaller or with free dimensions.',
    );
  }
  const datatype = datatypeOf(type.element);
  if (datatype === null) {
    throw new ModelLoadError(
      `The ${role} "${name}" has the element type ${elementTypeName(type.element)}, which cannot be passed ` +
        `${role === 'input' ? 'to' : 'from'} the model: put a Cast to float32, float16 or int8 at the ${role} and export again.`,
    );
  }
  return { name, datatype, shape: type.shape };
}

function refuseTwins(graph: Graph): void {
  for (const values of [graph.inputs, graph.outputs]) {
    const names = new Set<string>();
    for (const { name } of values) {
      if (names.has(name)) throw new ModelLoadError(`The file declares the name "${name}" twice: export it again.`);
      names.add(name);
    }
  }
}

function noOutputs(graph: Graph): ModelLoadError {
  const found = graph.outputs
    .slice(0, 5)
    .map(({ name, type }) => `"${name}" is a ${type.kind}`)
    .join(', ');
  return new ModelLoadError(
    `The model has no output that is a tensor${found === '' ? '' : ` (${found})`}: export it with tensor outputs; ` +
      'for scikit-learn, convert with the option zipmap=False.',
  );
}
