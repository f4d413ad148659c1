import { isAlias, isMap, isScalar, isSeq, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { describeValue } from '../errors.ts';
import { describeAllowed, keyPlaces, schemaAt, type SchemaNode } from './allowed-values.ts';
import type { ReadText } from './manifest-syntax.ts';
import { nearestWord } from './nearest-word.ts';

type Path = readonly PropertyKey[];

/** More faults than these are only counted: they mostly have one cause. */
const mostShown = 8;

/** What is wrong where, with the offending values and what is allowed there, by the schema that the text is checked with. */
export function describeIssues(read: ReadText, issues: readonly z.core.$ZodIssue[], schema: SchemaNode): string {
  // A value that is out of two ranges, or fits none of two types, is one fault.
  const faults = new Map(issues.flatMap(splitIssue).map((issue) => [issue.path.map(String).join('\0'), issue]));
  const sentences = [...faults.values()].slice(0, mostShown).map((issue) => describeIssue(read, issue, schema));
  const rest = faults.size - sentences.length;
  if (rest > 0) sentences.push(rest === 1 ? 'There is 1 more fault.' : `There are ${rest} more faults.`);
  return sentences.join(' ');
}

/** An issue for each unknown key, with the key in its path. */
function splitIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ ...issue, path: [...issue.path, key] }));
}

function describeIssue(read: ReadText, { code, path, input, ...issue }: z.core.$ZodIssue, schema: SchemaNode): string {
  const [around, last] = [path.slice(0, -1), path.at(-1)];
  if (code === 'unrecognized_keys') return say(read, path, around, describeUnknownKey(String(last), around, schema));
  if (code === 'invalid_key') {
    const { propertyNames } = schemaAt(schema, around) ?? {};
    const allowed = typeof propertyNames === 'object' ? describeAllowed(propertyNames) : 'another name';
    return say(read, path, around, `expected ${allowed}, got ${describeValue(last)}.`);
  }
  const node = schemaAt(schema, path);
  const allowed = node === null ? issue.message : describeAllowed(node);
  const found = find(read.document, path);
  if (!found.isWhole) return say(read, path, around, `the key ${describeValue(last)} is missing; expected ${allowed}.`);
  return say(read, path, path, `expected ${allowed}, got ${describeGiven(input, found.value, node)}.`);
}

function describeUnknownKey(key: string, around: Path, manifest: SchemaNode): string {
  const known = Object.keys(schemaAt(manifest, around)?.properties ?? {});
  const nearest = nearestWord(key, known) ?? findElsewhere(key, manifest);
  const guess = nearest === null ? '.' : `; did you mean ${nearest}?`;
  return `there is no key ${describeValue(key)} here${guess} The keys here are ${known.join(', ')}.`;
}

/** A key that is written as it should be, at a place where it is not read. */
function findElsewhere(key: string, manifest: SchemaNode): string | null {
  const place = keyPlaces(manifest).find((each) => each.key === key)?.place ?? null;
  return place === null || /[.[]/.test(place) ? place : `${place} at the top of the manifest`;
}

function describeGiven(value: unknown, node: Node | null, schema: SchemaNode | null): string {
  if (value === null) return 'nothing: give it a value, or leave it out';
  const given = describeValue(value);
  const isText = typeof value === 'string' || typeof value === 'object';
  // 1 and true are what YAML makes of words that somebody may have meant as text.
  if (isText || schema?.type !== 'string' || schema.enum !== undefined || !isScalar(node)) return given;
  return `${given}; put it in quotes, "${node.source ?? given}"`;
}

/** @param at where the fault stands. @param about the place that is named before the words; the manifest itself has no name. */
function say({ document, lines }: ReadText, at: Path, about: Path, words: string): string {
  const { start } = find(document, at);
  const line = start === null ? '' : `, line ${lines.linePos(start).line}`;
  const where = about.map((part, index) =>
    typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
  );
  return `model.yaml${line}: ${about.length === 0 ? '' : `${where.join('')}: `}${words}`;
}

/** What stands at a path, and where; of what is not there, the nearest around it. Aliases are followed. */
function find(document: Document.Parsed, path: Path): { value: Node | null; start: number | null; isWhole: boolean } {
  let value: Node | null = document.contents;
  let start = value?.range?.[0] ?? null;
  for (const part of path) {
    const inside: unknown = isAlias(value) ? value.resolve(document) : value;
    let next: unknown;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
      if (pair === undefined) return { value, start, isWhole: false };
      start = (pair.key as Node | null)?.range?.[0] ?? start;
      next = pair.value;
    } else if (isSeq(inside) && typeof part === 'number' && part < inside.items.length) {
      next = inside.items[part];
    } else {
      return { value, start, isWhole: false };
    }
    value = (next ?? null) as Node | null;
    // Lists begin on the line of their first item.
    if (isSeq(inside) || isScalar(value)) start = value?.range?.[0] ?? start;
  }
  return { value, start, isWhole: true };
}
