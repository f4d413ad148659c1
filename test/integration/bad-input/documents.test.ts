import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';
import { assertRefused, assertServes, readAnswer, refusedAnswer, type Expected } from '../../helpers/error-form.ts';
import { post, shippedModels, startTestGateway } from '../../helpers/gateway.ts';

const gateway = await startTestGateway({ after }, shippedModels);
const send = (query: string, more: object = {}) => post(gateway, JSON.stringify({ query, ...more }));
const repeat = (times: number, part: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => part(index)).join(' ');

const tooComplex = (message: RegExp): Expected => ({ codes: ['QUERY_TOO_COMPLEX'], message });
const invalid = (message: RegExp): Expected => ({ codes: ['GRAPHQL_VALIDATION_FAILED'], message });
const unparsable = (message: RegExp): Expected => ({ codes: ['GRAPHQL_PARSE_FAILED'], message });

/** Documents that make a naive server work without end, and what they are told. */
const endless: readonly (readonly [what: string, document: string, expected: Expected])[] = [
  ['selections nested 100 deep', `${'{ a '.repeat(100)}${'}'.repeat(100)}`, tooComplex(/more than 20 levels/)],
  ['selections nested 1,000 deep', `${'{a'.repeat(1000)}${'}'.repeat(1000)}`, tooComplex(/more than 20 levels/)],
  // Whether the parser gives up depends on how far its code is optimised.
  [
    'selections nested 3,000 deep',
    `${'{a'.repeat(3000)}${'}'.repeat(3000)}`,
    tooComplex(/nested (too deeply|more than 20 levels)/),
  ],
  ['inline fragments nested 1,000 deep', `${'{...'.repeat(1000)}{a}${'}'.repeat(1000)}`, tooComplex(/20 levels/)],
  ['lists nested 9,000 deep', `{ model(name: ${'['.repeat(9000)}`, tooComplex(/nested too deeply/)],
  ['objects nested 3,000 deep', `{ a(b: ${'{a:'.repeat(3000)}`, tooComplex(/nested too deeply/)],
  ['10,000 aliases', `{${repeat(10_000, (i) => `a${i}: __typename`)}}`, unparsable(/more that 10000 tokens/)],
  ['3,000 aliases', `{${repeat(3000, (i) => `a${i}: __typename`)}}`, tooComplex(/more than 2000 fields/)],
  ['5,000 equal fields', `{${'__typename '.repeat(5000)}}`, tooComplex(/more than 2000 fields/)],
  ['51 equal fields', `{${'__typename '.repeat(51)}}`, tooComplex(/"__typename" is selected 51 times in one place/)],
  [
    'equal fields spread over fragments',
    `{ models { ${repeat(40, () => 'name')} ...F } } fragment F on Model { ${repeat(40, () => 'name')} }`,
    tooComplex(/"name" is selected 80 times/),
  ],
  [
    'equal fields under equal fields',
    `{ ${repeat(10, () => `models { ${repeat(10, () => 'name')} }`)} }`,
    tooComplex(/"name" is selected 100 times/),
  ],
  [
    'fragments that triple 40 times',
    `{ models { ...F0 } } ${repeat(40, (i) => `fragment F${i} on Model { ${`...F${i + 1} `.repeat(3)} }`)} fragment F40 on Model { name }`,
    tooComplex(/more than 2000 fields/),
  ],
  ['1,000 fragments', repeat(1000, (i) => `fragment F${i} on Model { name }`), tooComplex(/1000 operations and frag/)],
  ['1,000 operations', repeat(1000, (i) => `query q${i} { __typename }`), tooComplex(/1000 operations and fragments/)],
  [
    'a fragment that spreads itself',
    '{ models { ...A } } fragment A on Model { name ...A }',
    invalid(/"A" spreads itself/),
  ],
  [
    'fragments in a circle',
    '{ models { ...A } } fragment A on Model { versions { model: __typename } ...B } fragment B on Model { ...A }',
    invalid(/spreads itself/),
  ],
  [
    'fragments in a circle through fields',
    'fragment A on Query { __typename ...B } fragment B on Query { ...A } { ...A }',
    invalid(/spreads itself/),
  ],
  ['1,900 unknown fragments', `{${repeat(1900, (i) => `...F${i}`)}}`, invalid(/Unknown fragment "F0"/)],
  ['a document of a megabyte', `{ ${'a'.repeat(1_000_000)} }`, tooComplex(/262144 characters together/)],
  ['a comment of a megabyte', `{ __typename } #${' '.repeat(1_000_000)}`, tooComplex(/262144 characters together/)],
];

describe('a document without end', () => {
  for (const [what, document, expected] of endless) {
    test(`${what}: gets one error`, () => assertRefused(gateway, () => send(document), expected));
  }

  test('values nested to any depth get errors that blame the document', async () => {
    for (const depth of [10, 40, 200, 800, 1600, 2400]) {
      const list = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
      const object = `${'{a:'.repeat(depth)}1${'}'.repeat(depth)}`;
      for (const value of [list, object]) {
        for (const document of [
          `{ model(name: ${value}) { name } }`,
          `{ predict { iris(input: ${value}) { label } } }`,
          `{ predict { opticalDigits(input: { pixels: ${value} }) { __typename } } }`,
          `{ infer(input: { model: "iris", inputs: [{ name: "X", datatype: FP32, shape: [1, 4], values: ${value} }] }) { outputs { name } } }`,
        ]) {
          const { errors } = await readAnswer(await send(document));
          assert.ok(errors.length >= 1, document.slice(0, 200));
          for (const { extensions } of errors) assert.notEqual(extensions.code, 'INTERNAL_SERVER_ERROR');
        }
      }
    }
    await assertServes(gateway);
  });

  test('documents that are too long together, in one array, get one error', () => {
    const operations = JSON.stringify(Array.from({ length: 100 }, () => ({ query: `{ a } #${' '.repeat(3000)}` })));
    return assertRefused(gateway, () => post(gateway, operations), tooComplex(/262144 characters together/));
  });

  test('a hundred errors are given, and then no more', async () => {
    const document = `{${repeat(1000, (i) => `unknown${i}`)}}`;
    const answer = await readAnswer(await send(document));
    assert.equal(answer.status, 400);
    assert.equal(answer.errors.length, 101);
    assert.match(answer.errors.at(-1)?.message ?? '', /Too many validation errors/);
    await assertServes(gateway);
  });
});

describe('a document that is large and honest', () => {
  test('the introspection query is answered', async () => {
    const { errors, status } = await readAnswer(await send(getIntrospectionQuery({ descriptions: true })));
    assert.deepEqual(errors, []);
    assert.equal(status, 200);
  });

  test('300 aliases with values of their own are answered', async () => {
    const input = 'sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2';
    const document = `{ predict { ${repeat(300, (i) => `a${i}: iris(input: { ${input} }) { label score }`)} } }`;
    const { data, errors } = await readAnswer(await send(document));
    assert.deepEqual(errors, []);
    assert.equal(Object.keys((data as { predict: object }).predict).length, 300);
  });
});

/** CPU time of this thread, which runs the server too: unlike the clock's, it does not grow while others have the CPU. */
function ownCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

test('no document that is admitted keeps the event loop for long', async () => {
  // Each about as costly as the limits allow. Told apart by an alias, since validated documents are kept.
  const costly: readonly ((unique: string) => string)[] = [
    (unique) => `{ ${unique}: __typename ${repeat(990, (i) => `a${i}: models { name }`)} }`,
    (unique) => `{ ${unique}: __typename ${repeat(40, () => `models { ${repeat(40, (i) => `n${i}: name`)} }`)} }`,
    (unique) =>
      `{ ${unique}: models { ${repeat(48, (i) => `...F${i}`)} } } ${repeat(48, (i) => `fragment F${i} on Model { ${repeat(40, (j) => `f${j}: name`)} }`)}`,
    (unique) =>
      `query (${repeat(750, (i) => `$a${i}: ID!`)}) { ${unique}: __typename ${repeat(450, (i) => `a${i}: model(name: $a${i}) { name }`)} }`,
  ];
  const measure = async (document: string): Promise<number> => {
    let longest = 0;
    let last = ownCpuMs();
    const done = new AbortController();
    const answered = send(document)
      .then(readAnswer)
      .finally(() => done.abort());
    while (!done.signal.aborted) {
      await nextTurn();
      const now = ownCpuMs();
      longest = Math.max(longest, now - last);
      last = now;
    }
    await answered;
    return longest;
  };
  for (const [index, make] of costly.entries()) {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) times.push(await measure(make(`unique${round}`)));
    // The least of them, since a collection of garbage may fall into one; without limits these take seconds.
    assert.ok(Math.min(...times) < 100, `document ${index} keeps the event loop for ${Math.min(...times)} ms`);
  }
});

describe('an operation that cannot be run', () => {
  test('an operationName that the document lacks is OPERATION_RESOLUTION_FAILURE', () =>
    assertRefused(gateway, () => send('query a { __typename }', { operationName: 'b' }), {
      codes: ['OPERATION_RESOLUTION_FAILURE'],
      message: /Unknown operation named "b"/,
    }));

  test('an operationName of a megabyte is not sent back', () =>
    assertRefused(gateway, () => send('query a { __typename }', { operationName: 'b'.repeat(1_000_000) }), {
      codes: ['OPERATION_RESOLUTION_FAILURE'],
      message: /^.{1000}$/,
    }));

  test('several operations and no operationName is OPERATION_RESOLUTION_FAILURE', () =>
    assertRefused(gateway, () => send('query a { __typename } query b { __typename }'), {
      codes: ['OPERATION_RESOLUTION_FAILURE'],
      message: /Must provide operation name/,
    }));

  test('fragments without an operation are refused', () =>
    assertRefused(gateway, () => send('fragment F on Model { name }'), {
      codes: ['GRAPHQL_VALIDATION_FAILED'],
      message: /"F" is never used/,
    }));

  test('a subscription is refused, since there are none', () =>
    assertRefused(gateway, () => send('subscription { a }'), {
      codes: ['GRAPHQL_VALIDATION_FAILED'],
      message: /no subscriptions/,
    }));

  test('a type definition is refused', () =>
    assertRefused(gateway, () => send('type A { b: Int }'), invalid(/"A" definition is not executable/)));

  test('a syntax error says where', async () => {
    const { text } = await refusedAnswer(
      gateway,
      () => send('{ models { name }'),
      unparsable(/Syntax Error: Expected/),
    );
    assert.match(text, /"locations":\[\{"line":1,"column":18\}\]/);
  });
});

test('no request of this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
