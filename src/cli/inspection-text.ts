import type { OutputPort, Port } from '../backends/backend.ts';
import { formatShape } from '../tensors/shape.ts';
import { formatFileSize } from './file-size.ts';
import type { Inspection } from './inspection.ts';
import { printable } from './printable.ts';

/** Cells of a table; the last one may be long. */
type Row = readonly string[];

/** Values of metadata are sometimes whole vocabularies; the JSON has them in full. */
const longestValue = 200;

/** What is known of a model file, for people. */
export function printInspection(inspection: Inspection): string {
  const { signature, batching, notes, serving, problems } = inspection;
  const example = serving?.example;
  const sections: readonly (readonly [title: string, text: string])[] = [
    ['File', table(fileRows(inspection))],
    ['Signature', table(signature === null ? [] : signatureRows(signature.inputs, signature.outputs))],
    ['Batching', batching === null ? '' : batchingWords(batching)],
    ['Notes', notes.join('\n')],
    ['What clients see', serving?.sdl ?? ''],
    ['An example', example?.query ?? ''],
    ['Its variables', example === undefined ? '' : variablesText(example.variables)],
    ['It cannot be served', problems.join('\n')],
  ];
  const shown = sections.filter(([, text]) => text !== '');
  return printable(shown.map(([title, text]) => `${title}\n${indent(text)}\n`).join('\n'));
}

function fileRows({ path, sizeBytes, model, version, manifest, task, file }: Inspection): Row[] {
  const rows: Row[] = [
    ['path', path],
    ['size', formatFileSize(sizeBytes)],
    ['model', `${model}, version ${version}`],
    ['manifest', manifest ?? 'none'],
    ['task', task ?? 'unknown, because the manifest cannot be read'],
  ];
  if (file === null) return rows;
  const opsets = file.opsets.map(({ domain, version: opset }) => `${domain === '' ? 'ai.onnx' : domain} ${opset}`);
  return [
    ...rows,
    ['format', file.irVersion === null ? file.format : `${file.format}, IR version ${file.irVersion}`],
    ['producer', [file.producerName, file.producerVersion].filter(Boolean).join(' ')],
    ['opsets', opsets.join(', ')],
    ['domain', file.domain],
    ['graph', file.graphName],
    ['description', file.description],
    ...file.metadata.map(({ key, value }) => ['metadata', `${key}: ${value}`]),
  ];
}

function signatureRows(inputs: readonly Port[], outputs: readonly OutputPort[]): Row[] {
  return [...inputs.map((port) => portRow('input', port)), ...outputs.map((port) => portRow('output', port))];
}

function portRow(what: string, { name, datatype, shape, classLabels = [] }: OutputPort): Row {
  const classes = classLabels.length === 0 ? '' : `, a column for each of ${classLabels.join(', ')}`;
  return [what, name, `${datatype} ${formatShape(shape)}${classes}`];
}

function batchingWords({ enabled, reason }: NonNullable<Inspection['batching']>): string {
  return enabled ? 'Rows of different requests share a call.' : `Each row is a call of its own. ${reason ?? ''}`;
}

/** JSON with a line for each field of the input, however deeply its value is nested. */
function variablesText(variables: Readonly<Record<string, unknown>> | null): string {
  if (variables === null) return 'An input is too large to be shown here.';
  const fields = Object.entries(variables['input'] as object);
  const lines = fields.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n  "input": {\n${lines.join(',\n')}\n  }\n}`;
}

function table(rows: readonly Row[]): string {
  const told = rows.filter((row) => row.at(-1)?.trim() !== '');
  const width = (at: number) => Math.max(...told.map((row) => (at === row.length - 1 ? 0 : (row[at]?.length ?? 0))), 0);
  const widths = (told[0] ?? []).map((_, at) => width(at));
  return told.map((row) => row.map((cell, at) => oneLine(cell).padEnd(widths[at] ?? 0)).join('  ')).join('\n');
}

function oneLine(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ').trim();
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
