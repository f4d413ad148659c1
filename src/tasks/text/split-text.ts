/** A stretch of a text on its way to tokens. */
export interface Piece {
  readonly text: string;
  /** Whether the whole text begins with it: some tokenizers mark only its first word. */
  readonly first: boolean;
}

/** What becomes of a separator, in the words of Hugging Face. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'Contiguous' | 'MergedWithPrevious' | 'MergedWithNext';

interface Span {
  readonly start: number;
  readonly end: number;
  readonly separates: boolean;
}

/**
 * Cuts pieces at separators. Lazily: a text whose first tokens are enough is not cut to its end.
 * @param pattern of the separators, with the flag `g`.
 * @param invert whether it is the pattern of what lies between them instead. @default false
 */
export function* splitPieces(
  pieces: Iterable<Piece>,
  pattern: RegExp,
  behavior: SplitBehavior,
  invert = false,
): Generator<Piece> {
  for (const { text, first } of pieces) {
    for (const { start, end } of merged(spansOf(text, pattern, invert), behavior)) {
      yield { text: text.slice(start, end), first: first && start === 0 };
    }
  }
}

function* spansOf(text: string, pattern: RegExp, invert: boolean): Generator<Span> {
  let done = 0;
  for (const { index, 0: match } of text.matchAll(pattern)) {
    if (match === '') continue;
    if (index > done) yield { start: done, end: index, separates: invert };
    done = index + match.length;
    yield { start: index, end: done, separates: !invert };
  }
  if (done < text.length) yield { start: done, end: text.length, separates: invert };
}

function* merged(spans: Iterable<Span>, behavior: SplitBehavior): Generator<Span> {
  if (behavior === 'Isolated' || behavior === 'Removed') {
    for (const span of spans) if (behavior === 'Isolated' || !span.separates) yield span;
    return;
  }
  let start = 0;
  let last: Span | null = null;
  for (const span of spans) {
    if (last !== null && !joins(last, span, behavior)) {
      yield { ...last, start };
      start = span.start;
    }
    last = span;
  }
  if (last !== null) yield { ...last, start };
}

function joins(left: Span, right: Span, behavior: Exclude<SplitBehavior, 'Isolated' | 'Removed'>): boolean {
  switch (behavior) {
    case 'Contiguous':
      return left.separates === right.separates;
    case 'MergedWithPrevious':
      return !left.separates && right.separates;
    case 'MergedWithNext':
      return left.separates && !right.separates;
  }
}
