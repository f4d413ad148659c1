import { visit, type Document, type LineCounter, type YAMLError } from 'yaml';
import { describeValue } from '../errors.ts';

/** A text that was read as YAML, with what is needed to say where in it something stands. */
export interface ReadText {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** What the parser's messages mean for whoever wrote the line; the others say it themselves. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^Source contains multiple documents/, 'a second document begins here, and a manifest is a single one.'],
  [/^Tabs are not allowed/, 'it is indented with a tab, and YAML takes only blanks.'],
  [/^Nested mappings/, 'the line after it is indented too deeply, or its text has ": " in it and belongs in quotes.'],
  [/^Flow (?:sequence|map)/, 'a list that begins with [ or a mapping that begins with { has no end.'],
  [/same column/, 'it is not indented as the lines before it.'],
  [/^Plain value cannot start/, 'text that begins with this character belongs in quotes.'],
  [
    /^Implicit (?:map )?keys need/,
    'a key needs a colon, a blank and a value, and text of several lines its own indentation.',
  ],
  [/^Missing closing/, 'quotes are opened and not closed.'],
];

/** What is wrong with a text that is no YAML, or has what YAML allows and a manifest has no use for. */
export function describeSyntax({ text, lines }: ReadText, { code, message, pos: [start] }: YAMLError): string {
  const all = text.split('\n');
  let { line } = lines.linePos(start);
  // What has no end is noticed on the empty lines behind it.
  while (line > 1 && all[line - 1]?.trim() === '') line -= 1;
  const source = all[line - 1]?.trim() ?? '';
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^:,}\n]*/
      .exec(text.slice(start))?.[0]
      .trim()
      .replaceAll(/^["']|["']$/g, '');
    return `model.yaml, line ${line}: the key "${key}" is there a second time; keep one of the two.`;
  }
  const known = advice.find(([pattern]) => pattern.test(message))?.[1];
  return `model.yaml, line ${line}: ${describeValue(source)} cannot be read: ${known ?? `${message}.`}`;
}

/** What is wrong with the aliases (`*name`) of a text, after following them has thrown. */
export function describeAliases({ document, lines }: ReadText, error: unknown): string {
  let line = '';
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      line = `, line ${lines.linePos(alias.range?.[0] ?? 0).line}`;
      return visit.BREAK;
    },
  });
  const reason = error instanceof Error ? error.message : String(error);
  return `model.yaml${line}: its aliases (*name) cannot be followed: write the values out. (${reason})`;
}
