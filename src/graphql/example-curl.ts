import { join } from 'node:path';
import { getNamedType } from 'graphql';
import { elementCount } from '../tensors/tensor.ts';
import { datatypes } from '../tensors/datatypes.ts';
import type { RowPort } from '../tasks/row-signature.ts';
import { goldenFileName } from '../inference/golden.ts';
import {
  exampleDocument,
  exampleFields,
  type ExampleQuery,
  type ExampleSource,
  type Predicting,
} from './example-query.ts';

/** What a line for a shell sends as its body. */
export type ShellBody =
  | { readonly kind: 'text'; readonly text: string }
  /** A body with a value in it, in quotes, that a command prints: a picture, or what else no line should hold. */
  | { readonly kind: 'piped'; readonly before: string; readonly command: string; readonly after: string };

/** A longer line is none that anybody reads. */
const mostCharacters = 1000;
/** As is one with a longer value, such as a picture. */
const mostValueCharacters = 250;

/** One line for a shell that sends an example, variables and all; null where it has none. */
export function curlOf(url: string, { query, variables }: ExampleQuery): string | null {
  if (variables === null) return null;
  return curlLine(url, '', { kind: 'text', text: bodyOf(query, variables) });
}

/**
 * One line for a shell that sends a body of JSON.
 * @param options of curl, as words for a shell.
 */
export function curlLine(url: string, options: string, body: ShellBody): string {
  const words = ['curl', '-s', url, options, `-H 'content-type: application/json'`].filter((word) => word !== '');
  const call = `${words.join(' ')} -d`;
  if (body.kind === 'text') return `${call} ${quoted(body.text)}`;
  const parts = [`printf %s ${quoted(body.before)}`, body.command, `printf %s ${quoted(body.after)}`];
  return `{ ${parts.join('; ')}; } | ${call} @-`;
}

/** A text as one word for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The body of a prediction that fits on a line. Where one value does not fit, a command prints it: from the golden
 * examples of the version, from a picture of the reader's own, or a tensor of zeros.
 * @param folder of the version.
 * @returns null where no line could have it
 */
export function exampleBody(served: Predicting, golden: readonly ExampleSource[], folder: string): ShellBody | null {
  const query = exampleDocument(served);
  const inputs = golden.flatMap(({ input }) => (input === null ? [] : [input]));
  const fields = exampleFields(served, { row: golden[0]?.row ?? new Map(), input: null });
  const made = fields.some(([, value]) => value === undefined) ? [] : [Object.fromEntries(fields)];
  for (const input of [...inputs, ...made]) {
    const text = bodyOf(query, { input });
    if (text.length <= mostCharacters && !Object.values(input).some(isLarge)) return { kind: 'text', text };
  }
  const [large, ...others] = fields.filter(([, value]) => isLarge(value));
  if (large === undefined || others.length > 0) return null;
  const [name] = large;
  const command = commandFor(served, name, typeof inputs[0]?.[name] === 'string' ? join(folder, goldenFileName) : null);
  if (command === null) return null;
  const rest = fields.filter((field) => field !== large);
  const text = bodyOf(query, { input: { ...Object.fromEntries(rest), [name]: '' } });
  const end = '"}}}';
  return { kind: 'piped', before: text.slice(0, -end.length), command, after: end };
}

function isLarge(value: unknown): boolean {
  return value === undefined || JSON.stringify(value).length > mostValueCharacters;
}

/** @param goldenPath the file that has base64 of the field; null where there is none. */
function commandFor({ rowSignature, task }: Predicting, field: string, goldenPath: string | null): string | null {
  const type = task.inputType.getFields()[field]?.type;
  const base64 = `base64 | tr -d '\\n'`;
  if (type !== undefined && getNamedType(type).name === 'Base64') {
    if (goldenPath === null) return `< picture.png ${base64}`;
    return `grep -o '"${field}" *: *"[^"]*"' ${quoted(goldenPath)} | head -n 1 | cut -d '"' -f 4 | tr -d '\\n'`;
  }
  const info = task.features.find(({ name }) => name === field);
  const bytes = zeroBytes(rowSignature.inputs.find(({ name }) => name === (info?.originalName ?? field)));
  return bytes === null ? null : `head -c ${bytes} /dev/zero | ${base64}`;
}

/** The bytes of a tensor of zeros; null where its elements have no fixed size, or its shape is not known. */
function zeroBytes(port: RowPort | undefined): number | null {
  const width = port === undefined ? null : datatypes[port.datatype].bytes;
  const shape = port?.shape ?? [];
  if (width === null || !shape.every((dimension) => typeof dimension === 'number')) return null;
  return elementCount(shape) * width;
}

function bodyOf(query: string, variables: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ query: query.replaceAll(/\s+/g, ' ').trim(), variables });
}
