import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphQLError, type ResponsePath } from 'graphql';
import { FieldErrors } from '../../../../src/graphql/execution/field-errors.ts';

function below(prev: ResponsePath | undefined, key: string | number): ResponsePath {
  return { prev, key, typename: undefined };
}

const list = below(undefined, 'list');
const item = below(list, 0);
const field = below(item, 'field');

function messages(errors: FieldErrors): readonly string[] {
  return errors.list.map(({ message }) => message);
}

test('a place that may be null is null, and its error has the path', () => {
  const errors = new FieldErrors();
  assert.equal(errors.handle(new Error('no luck'), [], field, false), null);
  assert.deepEqual(errors.list[0]?.path, ['list', 0, 'field']);
});

test('a place that may not be null leaves its error to the place above, with its own path', () => {
  const errors = new FieldErrors();
  assert.throws(
    () => errors.handle(new Error('no luck'), [], field, true),
    (thrown: unknown) => {
      assert.deepEqual(thrown instanceof GraphQLError && thrown.path, ['list', 0, 'field']);
      errors.handle(thrown, [], item, false);
      return true;
    },
  );
  assert.deepEqual(errors.list[0]?.path, ['list', 0, 'field']);
});

test('what fails below a place that is null already is not told', () => {
  const errors = new FieldErrors();
  errors.handle(new Error('first'), [], item, false);
  errors.handle(new Error('below'), [], field, false);
  errors.handle(new Error('beside'), [], below(list, 1), false);
  errors.add(new GraphQLError('all'), undefined);
  errors.handle(new Error('late'), [], below(undefined, 'other'), false);
  assert.deepEqual(messages(errors), ['first', 'beside', 'all']);
});
