import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphQLError, locatedError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../../../src/errors.ts';
import { errorFormatter, type ErrorScope } from '../../../src/graphql/format-error.ts';

/** What Apollo hands to the formatter for an error. */
function formattedByApollo(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } };
}

function makeFormatter() {
  const scope: ErrorScope = { requestId: 'id', trace: null, errorCodes: new Set(), refusedBy: null, faults: null };
  const faults: unknown[][] = [];
  const format = errorFormatter(
    () => scope,
    (error, request) => faults.push([error, request?.requestId]),
  );
  return { scope, faults, format: (error: GraphQLError) => format(formattedByApollo(error), error) };
}

/** An error as graphql-js hands it on when a resolver threw it. */
const thrown = (error: Error) => locatedError(error, [], ['predict', 'iris']);
const masked = 'The server failed on this request; its log says more under the request id.';

describe('an error of ours', () => {
  test('shows all that belongs to it, and where it happened', () => {
    const { format, faults, scope } = makeFormatter();
    const details = { rows: 1 };
    const error = new GatewayError('OVERLOADED', 'The queue is full.', {
      model: 'iris',
      version: '2',
      retryAfterMs: 20,
      details,
      cause: new Error('hidden'),
    });
    assert.deepEqual(format(thrown(error)), {
      message: 'The queue is full.',
      path: ['predict', 'iris'],
      extensions: {
        code: 'OVERLOADED',
        retryable: true,
        requestId: 'id',
        model: 'iris',
        version: '2',
        retryAfterMs: 20,
        details,
      },
    });
    assert.deepEqual(faults, []);
    assert.deepEqual([...scope.errorCodes], ['OVERLOADED']);
  });

  test('has no keys for what does not belong to it', () => {
    const { format } = makeFormatter();
    const { extensions } = format(thrown(new GatewayError('CANCELLED', 'Gone.')));
    assert.deepEqual(extensions, { code: 'CANCELLED', retryable: true, requestId: 'id' });
  });

  test('that is INTERNAL_SERVER_ERROR is masked like any fault', () => {
    const { format, faults } = makeFormatter();
    const error = new GatewayError('INTERNAL_SERVER_ERROR', 'secret');
    assert.equal(format(thrown(error)).message, masked);
    assert.deepEqual(faults, [[error, 'id']]);
  });

  test('does not send back a name or a message without end', () => {
    const { format } = makeFormatter();
    const endless = 'x'.repeat(5000);
    const { message, extensions } = format(
      thrown(new GatewayError('MODEL_NOT_FOUND', endless, { model: endless, version: endless })),
    );
    assert.equal(message, `${'x'.repeat(999)}…`);
    assert.deepEqual([extensions?.['model'], extensions?.['version']], [`${'x'.repeat(99)}…`, `${'x'.repeat(99)}…`]);
  });
});

describe('a fault', () => {
  for (const [what, error] of [
    ['of a resolver', thrown(new TypeError('secret'))],
    ['of graphql-js, about a result', new GraphQLError('Cannot return null for non-nullable field Query.secret.')],
    ['of a scalar, about a result', thrown(new GraphQLError('FloatTensor: expected a tensor, got secret.'))],
    ['with a code that is not in the table', new GraphQLError('secret', { extensions: { code: 'SECRET' } })],
    ['with a code that every object has', new GraphQLError('secret', { extensions: { code: 'constructor' } })],
    ['with more than a code', new GraphQLError('secret', { extensions: { stacktrace: ['secret'] } })],
  ] as const) {
    test(`${what} is masked and told of`, () => {
      const { format, faults, scope } = makeFormatter();
      const { message, extensions } = format(error);
      assert.equal(message, masked);
      assert.deepEqual(extensions, { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'id' });
      assert.deepEqual(faults, [[error.path === undefined ? error : error.originalError, 'id']]);
      assert.deepEqual([...scope.errorCodes], ['INTERNAL_SERVER_ERROR']);
    });
  }

  test('that many errors of a request have as their cause is told of once', () => {
    const { format, faults } = makeFormatter();
    const cause = new Error('the call failed');
    const other = new Error('another call failed');
    for (const each of [cause, cause, other]) {
      assert.equal(format(thrown(new GatewayError('INTERNAL_SERVER_ERROR', 'row', { cause: each }))).message, masked);
    }
    assert.equal(faults.length, 2);
  });

  test('that two requests share is told of under both ids', () => {
    const fault = thrown(new Error('shared'));
    const [first, second] = [makeFormatter(), makeFormatter()];
    first.format(fault);
    second.format(fault);
    assert.deepEqual([first.faults.length, second.faults.length], [1, 1]);
  });

  test('outside of any request is told of without an id', () => {
    const faults: unknown[] = [];
    const format = errorFormatter(
      () => undefined,
      (_error, requestId) => faults.push(requestId),
    );
    const error = new GraphQLError('secret');
    assert.deepEqual(format(formattedByApollo(error), error).extensions, {
      code: 'INTERNAL_SERVER_ERROR',
      retryable: false,
    });
    assert.deepEqual(faults, [undefined]);
  });
});

describe('an error that Apollo or graphql-js makes of a bad request', () => {
  const cases: readonly (readonly [what: string, error: GraphQLError, code: string])[] = [
    ['keeps its code', new GraphQLError('bad', { extensions: { code: 'BAD_USER_INPUT' } }), 'BAD_USER_INPUT'],
    [
      'keeps the code of the rule below it',
      new GraphQLError('bad', {
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        originalError: new GraphQLError('bad', { extensions: { code: 'QUERY_TOO_COMPLEX' } }),
      }),
      'QUERY_TOO_COMPLEX',
    ],
    [
      'is BAD_REQUEST where only its status says so',
      new GraphQLError('bad', { extensions: { http: { status: 400 } } }),
      'BAD_REQUEST',
    ],
    ['is about an argument', new GraphQLError('Argument "a" must not be null.'), 'BAD_USER_INPUT'],
    ['is about an argument of a field', thrown(new GraphQLError('Argument "a" must not be null.')), 'BAD_USER_INPUT'],
    ['is about too many variables', new GraphQLError('Too many errors processing variables, …'), 'BAD_USER_INPUT'],
  ];
  for (const [what, error, code] of cases) {
    test(what, () => {
      const { format, faults } = makeFormatter();
      const { message, extensions } = format(error);
      assert.equal(message, error.message);
      assert.equal(extensions?.['code'], code);
      assert.deepEqual(faults, []);
    });
  }

  test('says of a stack that ran over while parsing that the document is too deep', () => {
    const { format, faults } = makeFormatter();
    const overflow = new GraphQLError('Maximum call stack size exceeded', { originalError: new RangeError('stack') });
    const error = new GraphQLError(overflow.message, {
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      originalError: overflow,
    });
    const { message, extensions } = format(error);
    assert.equal(message, 'The document is nested too deeply to be parsed.');
    assert.equal(extensions?.['code'], 'QUERY_TOO_COMPLEX');
    assert.deepEqual(faults, []);
  });

  test('keeps its place in the document', () => {
    const { format } = makeFormatter();
    const error = new GraphQLError('bad', { extensions: { code: 'BAD_USER_INPUT' } });
    const locations = [{ line: 1, column: 2 }];
    const formatted = { ...formattedByApollo(error), locations };
    const formatter = errorFormatter(
      () => undefined,
      (fault) => assert.fail(String(fault)),
    );
    assert.deepEqual(formatter(formatted, error).locations, locations);
    assert.ok(!('locations' in format(error)));
  });
});
