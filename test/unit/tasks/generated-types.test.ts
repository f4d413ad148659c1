import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, graphql, validateSchema } from 'graphql';
import { findTask } from '../../../src/tasks/index.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import type { TaskInput } from '../../../src/tasks/task.ts';
import type { NamedTensors, Tensor } from '../../../src/tensors/tensor.ts';
import { taskContext } from '../../helpers/shared-types.ts';

/** A schema with the types of one task alone, where the model is a function of a row. */
function served(
  task: string,
  inputs: RowPort[],
  outputs: RowPort[],
  manifest: object,
  model: (row: NamedTensors) => NamedTensors,
) {
  const bound = findTask(task).bind(taskContext(inputs, outputs, { task, ...manifest }));
  const meta = { requestId: 'r', model: 'iris', version: 1, batchSize: 1, queueMs: 0, computeMs: 0 };
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      iris: {
        type: bound.outputType,
        args: { input: { type: new GraphQLNonNull(bound.inputType) } },
        resolve: async (_source, { input }: { input: TaskInput }) => {
          const row = await bound.encode(input);
          return { ...bound.decode(model(row.tensors), row), meta };
        },
      },
    },
  });
  const schema = new GraphQLSchema({ query });
  assert.deepEqual(validateSchema(schema), []);
  return async (source: string, variableValues: Record<string, unknown> = {}) => {
    const { data, errors } = await graphql({ schema, source, variableValues });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
      errors: errors?.map(({ message }) => message) ?? [],
    };
  };
}

const echo = (row: NamedTensors): NamedTensors => row;

describe('the task tensor, through GraphQL', () => {
  const ports: RowPort[] = [
    { name: 'x:0', datatype: 'FP32', shape: [2, 2] },
    { name: 'id', datatype: 'INT64', shape: [1] },
    { name: 'words', datatype: 'BYTES', shape: ['count'] },
    { name: 'score', datatype: 'FP64', shape: [] },
  ];
  const ask = served('tensor', ports, ports, {}, echo);

  test('takes literals and gives values and base64, each only where it is selected', async () => {
    const result = await ask(`{
      iris(input: { x_0: [[1, "NaN"], [3, 4.5]], id: 9007199254740993, words: ["a", "b"], score: 2 }) {
        x_0 { datatype shape values base64 } id words { values base64 } score meta { version }
      }
    }`);
    assert.deepEqual(result, {
      data: {
        iris: {
          x_0: {
            datatype: 'FP32',
            shape: [2, 2],
            values: [
              [1, 'NaN'],
              [3, 4.5],
            ],
            base64: Buffer.from(Float32Array.of(1, Number.NaN, 3, 4.5).buffer).toString('base64'),
          },
          id: '9007199254740993',
          words: { values: ['a', 'b'], base64: null },
          score: 2,
          meta: { version: 1 },
        },
      },
      errors: [],
    });
  });

  test('takes variables, base64 among them', async () => {
    const input = { x_0: Buffer.alloc(16).toString('base64'), id: '7', words: [], score: 0.5 };
    const { data, errors } = await ask(
      'query ($input: IrisInput!) { iris(input: $input) { x_0 { values } id words { values } } }',
      { input },
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data, {
      iris: {
        x_0: {
          values: [
            [0, 0],
            [0, 0],
          ],
        },
        id: 7,
        words: { values: [] },
      },
    });
  });

  test('names the element that is refused', async () => {
    const input = {
      x_0: [
        [1, 2],
        [3, 'x'],
      ],
      id: 1,
      words: [],
      score: 1,
    };
    const { data, errors } = await ask('query ($input: IrisInput!) { iris(input: $input) { id } }', { input });
    assert.deepEqual(data, { iris: null });
    assert.match(errors.join(), /x_0\[1\]\[1\]: expected a number that fits FP32/);
  });

  test('__proto__ as a key of a variable is an unknown field', async () => {
    const input = JSON.parse('{"__proto__": {"x_0": 1}, "id": 1}') as object;
    const { errors } = await ask('query ($input: IrisInput!) { iris(input: $input) { id } }', { input });
    assert.match(errors.join(), /"__proto__" is not defined by type "IrisInput"/);
  });
});

describe('tabular tasks, through GraphQL', () => {
  const inputs: RowPort[] = [{ name: 'x', datatype: 'FP32', shape: [2] }];
  const scores: RowPort = { name: 'p', datatype: 'FP32', shape: [2] };

  test('classification gives label, score and the top scores', async () => {
    const ask = served(
      'tabular-classification',
      inputs,
      [scores],
      { labels: ['no', 'yes'] },
      (row) => new Map([['p', row.get('x') as Tensor]]),
    );
    const fields = 'label score scores(top: 1) { label score } all: scores { label } meta { batchSize }';
    assert.deepEqual(await ask(`{ iris(input: { x0: 0.25, x1: 0.75 }) { ${fields} } }`), {
      data: {
        iris: {
          label: 'yes',
          score: 0.75,
          scores: [{ label: 'yes', score: 0.75 }],
          all: [{ label: 'yes' }, { label: 'no' }],
          meta: { batchSize: 1 },
        },
      },
      errors: [],
    });
    const { errors } = await ask('{ iris(input: { x0: 0.25, x1: 0.75 }) { scores(top: 0) { label } } }');
    assert.match(errors.join(), /top: expected an integer of at least 1, got 0/);
  });

  test('regression gives the value', async () => {
    const value: RowPort = { name: 'y', datatype: 'FP32', shape: [1] };
    const ask = served(
      'tabular-regression',
      inputs,
      [value],
      {},
      () => new Map([['y', { datatype: 'FP32', shape: [1], data: Float32Array.of(1.5) }]]),
    );
    assert.deepEqual((await ask('{ iris(input: { x0: 1, x1: 2 }) { value } }')).data, { iris: { value: 1.5 } });
  });
});
