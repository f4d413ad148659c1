import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from 'graphql';
import { apiNames } from '../../../src/graphql/api-names.ts';
import { exampleQuery } from '../../../src/graphql/example-query.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { tabularRegression } from '../../../src/tasks/tabular-regression.ts';
import { tensorTask } from '../../../src/tasks/tensor.ts';
import type { Task, TaskInput } from '../../../src/tasks/task.ts';
import { taskContext } from '../../helpers/shared-types.ts';

/** An example for a model called `some-model` with these inputs. */
function example(inputs: readonly RowPort[], manifest: object = {}, task: Task = tensorTask) {
  const context = taskContext(inputs, [{ name: 'y', datatype: 'FP32', shape: [] }], manifest);
  const bound = task.bind({ ...context, model: 'some-model', typePrefix: apiNames('some-model').typePrefix });
  const { signature: rowSignature } = context;
  return (golden?: Parameters<typeof exampleQuery>[1]) =>
    exampleQuery({ name: 'some-model', rowSignature, task: bound }, golden);
}

/** The example's value for the only column of a regression whose feature is this. */
function featureExample(feature: object, datatype: RowPort['datatype'] = 'FP32'): unknown {
  const manifest = { features: [{ name: 'a', ...feature }] };
  const { variables } = example([{ name: 'X', datatype, shape: [1] }], manifest, tabularRegression)();
  return (variables?.['input'] as Record<string, unknown> | undefined)?.['a'];
}

suite('An example query', () => {
  test('asks for every field of the result but the facts that are the same for every model', () => {
    const { query } = example([{ name: 'x', datatype: 'FP32', shape: [] }])();
    assert.deepEqual(
      query.split(/\s+/).join(' '),
      'query someModel($input: SomeModelInput!) { predict { someModel(input: $input) { y } } }',
    );
    assert.doesNotThrow(() => parse(query));
  });

  for (const [title, feature, expected] of [
    ['takes the example of the manifest', { min: 1, max: 9, example: 5.5 }, 5.5],
    ['takes zero', {}, 0],
    ['takes zero where it is in the range', { min: -1, max: 1 }, 0],
    ['takes the least value where zero is less', { min: 3 }, 3],
    ['takes the greatest value where zero is more', { max: -3 }, -3],
    ['takes a whole number for an integer', { type: 'integer', min: 1, max: 3 }, 1],
  ] as const) {
    test(`${title}, for a number`, () => assert.equal(featureExample(feature), expected));
  }

  test('takes the first category, or any text, for text', () => {
    assert.equal(featureExample({ categories: ['C', 'Q'] }, 'BYTES'), 'C');
    assert.equal(featureExample({}, 'BYTES'), 'text');
  });

  test('takes false for true or false', () => assert.equal(featureExample({ type: 'boolean' }, 'BOOL'), false));

  test('takes zeros in the shape of a tensor, open dimensions being 1', () => {
    const ports: RowPort[] = [
      { name: 'fixed', datatype: 'FP32', shape: [2, 2] },
      { name: 'open:0', datatype: 'INT64', shape: ['length', null] },
      { name: 'flags', datatype: 'BOOL', shape: [2] },
      { name: 'words', datatype: 'BYTES', shape: [2] },
    ];
    assert.deepEqual(example(ports)().variables, {
      input: {
        fixed: [
          [0, 0],
          [0, 0],
        ],
        open_0: [[0]],
        flags: [false, false],
        words: ['', ''],
      },
    });
  });

  test('takes the values of a row that is given for tensors', () => {
    const row = new Map([['x', { datatype: 'FP32', shape: [2], data: Float32Array.of(1.5, NaN) }]] as const);
    const port: RowPort = { name: 'x', datatype: 'FP32', shape: [2] };
    assert.deepEqual(example([port])({ row, input: null }).variables, { input: { x: [1.5, 'NaN'] } });
  });

  test('takes the columns of a golden row for features without an example, unless the manifest refuses them', () => {
    const features = [{ name: 'a' }, { name: 'b', example: 2 }, { name: 'c', max: 2 }, { name: 'd' }];
    const port: RowPort = { name: 'X', datatype: 'FP32', shape: [4] };
    const row = new Map([['X', { datatype: 'FP32', shape: [4], data: Float32Array.of(5.1, 7, 3, NaN) }]] as const);
    const { variables } = example([port], { features }, tabularRegression)({ row, input: null });
    assert.deepEqual(variables, { input: { a: 5.1, b: 2, c: 0, d: 0 } });
  });

  test('takes the element of a golden row for what is one element, in the type that clients send', () => {
    const ports: RowPort[] = [
      { name: 'wide', datatype: 'INT64', shape: [] },
      { name: 'flag', datatype: 'BOOL', shape: [] },
      { name: 'word', datatype: 'BYTES', shape: [] },
    ];
    const row = new Map([
      ['wide', { datatype: 'INT64', shape: [], data: BigInt64Array.of(2n ** 60n) }],
      ['flag', { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) }],
      ['word', { datatype: 'BYTES', shape: [], data: ['so'] }],
    ] as const);
    const { variables } = example(ports)({ row, input: null });
    assert.deepEqual(variables, { input: { wide: '1152921504606846976', flag: true, word: 'so' } });
  });

  test('takes the input of a golden example as it is, unless it would fill the screen', () => {
    const port: RowPort = { name: 'x', datatype: 'FP32', shape: [] };
    const variablesOf = (input: TaskInput) => example([port])({ row: new Map(), input }).variables;
    assert.deepEqual(variablesOf({ x: 7 }), { input: { x: 7 } });
    assert.equal(variablesOf({ x: 'A'.repeat(10_000) }), null);
  });

  test('has no variables where a tensor would fill the screen', () => {
    assert.equal(example([{ name: 'image', datatype: 'FP32', shape: [3, 224, 224] }])().variables, null);
  });
});
