import fc from 'fast-check';
import { type Mutation, place, type Seeds, seedOf } from './bytes.ts';

export type TextEdit =
  | { readonly kind: 'insert' | 'replace'; readonly at: number; readonly text: string }
  | { readonly kind: 'remove'; readonly at: number; readonly tokens: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly tokens: number; readonly times: number }
  | { readonly kind: 'move'; readonly at: number; readonly from: number; readonly tokens: number };

/** Edits of a text, token by token. @param words those that mean something in it. */
export function textEdit(words: readonly string[]): fc.Arbitrary<TextEdit> {
  const text = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...words) },
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('\u0000', '\uFEFF', '\u2028', '\\', '"', "'", '#', '\r', '\t', '\u{10FFFF}', 'é', '0'),
  );
  const tokens = fc.integer({ min: 1, max: 12 });
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('insert' as const, 'replace' as const), at: place, text }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place, tokens }) },
    fc.record({
      kind: fc.constant('repeat' as const),
      at: place,
      tokens,
      times: fc.oneof({ weight: 5, arbitrary: fc.nat(30) }, fc.nat(2000)),
    }),
    fc.record({ kind: fc.constant('move' as const), at: place, from: place, tokens }),
  );
}

/** The text that a mutation makes of its seed. */
export function mutateText(seeds: Seeds<string>, mutation: Mutation<TextEdit>): string {
  // Words, blanks, and every other character by itself.
  let tokens: readonly string[] = seedOf(seeds, mutation).match(/\w+|\s+|[^\w\s]/gu) ?? [];
  for (const edit of mutation.edits) tokens = changed(tokens, edit);
  return tokens.join('');
}

function changed(tokens: readonly string[], edit: TextEdit): readonly string[] {
  const at = edit.at % Math.max(tokens.length, 1);
  const count = 'tokens' in edit ? edit.tokens : 0;
  switch (edit.kind) {
    case 'insert':
      return tokens.toSpliced(at, 0, edit.text);
    case 'replace':
      return tokens.toSpliced(at, 1, edit.text);
    case 'remove':
      return tokens.toSpliced(at, count);
    case 'repeat':
      return tokens.toSpliced(
        at,
        0,
        ...Array<readonly string[]>(edit.times)
          .fill(tokens.slice(at, at + count))
          .flat(),
      );
    case 'move': {
      const from = edit.from % Math.max(tokens.length, 1);
      return tokens.toSpliced(at, 0, ...tokens.slice(from, from + count));
    }
  }
}
