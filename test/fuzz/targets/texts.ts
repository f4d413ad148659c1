import fc from 'fast-check';
import { throwing, type FuzzTarget } from '../target.ts';
import { manyOf, oneOf } from './good-operations.ts';

const unit = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
  fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\0',
    '\u0301',
    '\u200B',
    '\uFFFD',
    '\u{1F469}\u200D\u{1F680}',
    '\u3042',
    '\u0E01\u0E33',
    '[CLS]',
    '[MASK]',
    '<pad>',
    '##',
    '\u2581',
    '1',
    "'s",
    'İ',
    'ß',
    '\uFDFA',
    '\u{10FFFF}',
  ),
  fc.constantFrom('\uD800', '\uDC00'),
);
const text = fc.array(
  fc.record({ unit, times: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.nat(40), fc.nat(4000)) }),
  { maxLength: 8 },
);

/** Texts for every way from text to row: the graph's own, WordPiece, and Unigram. */
export const texts: FuzzTarget = {
  name: 'texts',
  about:
    'texts of every character that there is, of lone surrogates, NUL, marks without end and special tokens, for each tokenizer',
  casesInTests: 150,
  share: 60,
  open: async (bench) => {
    const server = await bench.open();
    const headers = { 'content-type': 'application/json' };
    return throwing({
      cases: fc.record({
        model: fc.constantFrom('spam', 'spamEmbeddings', 'spamTransformer', 'embed', 'words'),
        texts: fc.oneof({ weight: 3, arbitrary: fc.tuple(text) }, fc.array(text, { minLength: 2, maxLength: 5 })),
      }),
      check: async ({ model, texts }) => {
        const inputs = texts.map((parts) => ({ text: parts.map(({ unit, times }) => unit.repeat(times)).join('') }));
        const [input] = inputs;
        const isOne = inputs.length === 1;
        const body = { query: isOne ? oneOf(model) : manyOf(model), variables: isOne ? { input } : { inputs } };
        return (await server.send({ method: 'POST', headers, body: JSON.stringify(body) })).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};
