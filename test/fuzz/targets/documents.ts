import fc from 'fast-check';
import { mutationOf } from '../mutations/bytes.ts';
import { mutateText, textEdit } from '../mutations/text.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { goodOperations } from './good-operations.ts';

const seeds = Object.fromEntries(Object.entries(goodOperations).map(([name, { query }]) => [name, query]));
const words = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '!',
  '$',
  ':',
  '=',
  '@',
  '...',
  '|',
  '&',
  ',',
  '"',
  '"""',
  '#',
  'query',
  'mutation',
  'subscription',
  'fragment',
  'on',
  'schema',
  'type',
  'input',
  'extend',
  'directive',
  'true',
  'false',
  'null',
  '0',
  '-1',
  '1e999',
  '99999999999999999999',
  '1.5',
  '"a\\u0000"',
  '"\\ud800"',
  '"""\n b"""',
  '@include(if: true)',
  '@skip(if: $input)',
  '@deprecated',
  '@specifiedBy(url: "x")',
  '@defer',
  '@stream',
  '@oneOf',
  '$input: IrisInput!',
  '$a: [[[Int!]!]!]!',
  '$input',
  'predict',
  'iris',
  'irisBatch',
  'infer',
  'models',
  'model',
  'server',
  'versions',
  'state',
  'label',
  'scores',
  'meta',
  '__schema',
  '__type',
  '__typename',
  'types',
  'fields',
  'ofType',
  '...F',
  '...G',
  'fragment F on IrisPrediction { ...F }',
  'fragment G on Query { predict { ...H } } fragment H on Predictions { __typename }',
  'a: __typename ',
  '{ __schema { types { fields { type { fields { name } } } } } }',
  'IrisInput',
  'VersionRef',
  '__proto__',
  'constructor',
  'input: {}',
  'input: $input',
];

/** A selection set of fields that there are, and some that there are not, as deep as it likes. */
const { selection } = fc.letrec<{ selection: string }>((tie) => {
  const argument = fc.constantFrom(
    '',
    '',
    '',
    '(input: $input)',
    '(input: {})',
    '(name: "iris")',
    '(inputs: [])',
    '(top: -1)',
    '(a: 1, a: 2)',
    '(if: true)',
  );
  const directive = fc.constantFrom(
    '',
    '',
    '',
    '@include(if: false)',
    '@skip(if: true)',
    '@include',
    '@nothing',
    '@skip(if: false) @skip(if: false)',
  );
  const name = fc.constantFrom(
    'predict',
    'iris',
    'irisBatch',
    'spam',
    'label',
    'scores',
    'score',
    'meta',
    'batchSize',
    'infer',
    'outputs',
    'values',
    'models',
    'model',
    'name',
    'versions',
    'state',
    'server',
    'limits',
    '__typename',
    '__schema',
    'types',
    '__type',
    'a: label',
    'b: predict',
    '_',
    'A',
  );
  const spread = fc.constantFrom('...F', '...F @include(if: true)', '...Nothing');
  const inline = fc.constantFrom(
    '...',
    '... on Query',
    '... on Predictions',
    '... on Prediction',
    '... on Nothing',
    '... @skip(if: false)',
  );
  const set = fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.tuple(name, argument, directive, tie('selection')).map((parts) => parts.join(' ')) },
        spread,
        fc.tuple(inline, tie('selection')).map(([head, inner]) => `${head} ${inner === '' ? '{ __typename }' : inner}`),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((fields) => `{ ${fields.join(' ')} }`);
  return { selection: fc.oneof({ maxDepth: 6, withCrossShrink: true }, fc.constant(''), set) };
});
const wrapped = fc.record({
  as: fc.constant('wrapped' as const),
  open: fc.constantFrom(
    '{ predict ',
    '{ __schema { types ',
    '{ ... ',
    '{ a: models ',
    '[',
    '{ x(a: [',
    '{ x(a: {b: ',
    '# ',
    '"',
    '{ f @d(a: ',
  ),
  times: fc.oneof(fc.nat(40), fc.nat(4000)),
  close: fc.constantFrom('}', ']', '', ')'),
});
const many = fc.record({
  as: fc.constant('many' as const),
  unit: fc.constantFrom(
    'a: __typename ',
    '__typename ',
    '...F ',
    '... on Query { __typename } ',
    'predict { __typename } ',
    'fragment F on Query { __typename } ',
    '$a: Int ',
    '@skip(if: true) ',
    'x',
    '... { ... { models { name } } } ',
    '\u{1F600}',
    ', ',
    '\n',
  ),
  times: fc.oneof(fc.nat(60), fc.nat(12_000)),
  before: fc.constantFrom('{ ', 'query Q(', '', '{ models '),
  after: fc.constantFrom(' }', ') { __typename }', ''),
});
const document = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ as: fc.constant('mutated' as const), mutation: mutationOf(seeds, textEdit(words), 3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      as: fc.constant('grown' as const),
      head: fc.constantFrom('', 'query Q($input: IrisInput!) ', 'mutation ', 'subscription ', 'fragment F on Query '),
      text: selection.map((text) => text || '{ __typename }'),
      tail: fc.constantFrom(
        '',
        ' fragment F on Predictions { ...F }',
        ' fragment F on Query { predict { __typename } }',
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constant('words' as const),
      words: fc.array(fc.constantFrom(...words), { maxLength: 40 }),
    }),
  },
  wrapped,
  many,
);
type Document = typeof document extends fc.Arbitrary<infer Value> ? Value : never;

/** Whatever can stand for a document. */
export const documents: FuzzTarget = {
  name: 'documents',
  about:
    'documents spoilt token by token, grown at random, nested, endless, of fragments within themselves, of directives and introspection',
  casesInTests: 250,
  share: 190,
  open: async (bench) => {
    const server = await bench.open();
    const headers = { 'content-type': 'application/json' };
    return throwing({
      cases: document,
      check: async (each) => {
        const good = goodOperations[each.as === 'mutated' ? each.mutation.seed : 'one'];
        const body = JSON.stringify({ query: textOf(each), variables: good?.variables });
        return (await server.send({ method: 'POST', headers, body })).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};

function textOf(document: Document): string {
  switch (document.as) {
    case 'mutated':
      return mutateText(seeds, document.mutation);
    case 'grown':
      return document.head + document.text + document.tail;
    case 'words':
      return document.words.join(' ');
    case 'wrapped':
      return document.open.repeat(document.times) + document.close.repeat(document.times);
    case 'many':
      return document.before + document.unit.repeat(document.times) + document.after;
  }
}
