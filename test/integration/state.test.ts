import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { affineModel, runningSumModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const manifest = 'state: { stateN: state }\n';
const root = await temporaryFolder(
  { after },
  {
    'sum/model.yaml': `${manifest}versions: { serve: all, labels: { old: 1 } }\n`,
    'sum/1/model.onnx': runningSumModel(),
    'sum/2/model.onnx': runningSumModel(),
    'sum/2/golden.json': JSON.stringify({ examples: [{ input: { x: [1, 2] }, outputs: { y: [1, 2] } }] }),
    'other/model.yaml': manifest,
    'other/1/model.onnx': runningSumModel(),
    'layered/model.yaml': manifest,
    'layered/1/model.onnx': runningSumModel({ layers: 2 }),
    'stateless/model.yaml': 'state: { hidden: state }\n',
    'stateless/1/model.onnx': affineModel(),
  },
);
const gateway = await startTestGateway({ after }, root);

/** One call of a sequence. */
async function step(model: string, x: unknown, state: string | null, version: string | null = null) {
  const type = `${model[0]?.toUpperCase()}${model.slice(1)}Input`;
  const { data, errors } = await query(
    gateway,
    `query($input: ${type}!, $version: VersionRef) { predict { ${model}(input: $input, version: $version) { y { values } state } } }`,
    { input: state === null ? { x } : { x, state }, version },
  );
  const result = data?.predict?.[model] as { y: { values: unknown }; state: string } | null | undefined;
  return { values: result?.y.values, state: result?.state ?? '', errors };
}

describe('a model with a state', () => {
  test('goes on where the token of the call before says, from zeros at first', async () => {
    const first = await step('sum', [1, 2], null);
    const second = await step('sum', [10, 20], first.state);
    const third = await step('sum', [100, 200], second.state);
    assert.deepEqual(
      [first.values, second.values, third.values],
      [
        [1, 2],
        [11, 22],
        [111, 222],
      ],
    );
    assert.match(first.state, /^[\w-]+$/);
  });

  test('may be asked again from the same place, and sequences do not touch each other', async () => {
    const { state } = await step('sum', [1, 2], null);
    const answers = await Promise.all([1, 2, 3, 4].map((x) => step('sum', [x, 0], state)));
    assert.deepEqual(
      answers.map(({ values }) => values),
      [
        [2, 2],
        [3, 2],
        [4, 2],
        [5, 2],
      ],
    );
  });

  test('takes the rows of different sequences in one call', async () => {
    const states = await Promise.all([1, 2, 3].map((x) => step('sum', [x, x], null)));
    const { data } = await query(
      gateway,
      'query($inputs: [SumInput!]!) { predict { sumBatch(inputs: $inputs) { y { values } meta { batchSize } } } }',
      { inputs: [...states.map(({ state }) => ({ x: [10, 10], state })), { x: [10, 10] }] },
    );
    assert.deepEqual(
      data.predict.sumBatch,
      [
        [11, 11],
        [12, 12],
        [13, 13],
        [10, 10],
      ].map((values) => ({ y: { values }, meta: { batchSize: 4 } })),
    );
  });

  test('may have its state in layers, with the batch of its input', async () => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    const first = await step('layered', x, null);
    const second = await step('layered', x, first.state);
    assert.deepEqual(second.values, [
      [2, 4],
      [6, 8],
    ]);
  });

  test('shows neither input nor output of the state as a tensor, and tells of the token', async () => {
    const { data } = await query(
      gateway,
      `{ input: __type(name: "SumInput") { inputFields { name type { name kind ofType { name } } } }
         output: __type(name: "SumPrediction") { fields { name } }
         model(name: "sum") { features { name nullable } } }`,
    );
    assert.deepEqual(data.input.inputFields, [
      { name: 'x', type: { name: null, kind: 'NON_NULL', ofType: { name: 'FloatTensor' } } },
      { name: 'state', type: { name: 'String', kind: 'SCALAR', ofType: null } },
    ]);
    assert.deepEqual(
      data.output.fields.map(({ name }: { name: string }) => name),
      ['y', 'state', 'meta'],
    );
    assert.deepEqual(data.model.features, [
      { name: 'x', nullable: false },
      { name: 'state', nullable: true },
    ]);
  });
});

describe('a token is refused', () => {
  const refused = async (answer: Promise<Awaited<ReturnType<typeof step>>>, received: RegExp) => {
    const { errors } = await answer;
    assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT');
    const { reason, input, received: told } = errors[0].extensions['details'] as Record<string, string>;
    assert.deepEqual([reason, input], ['INVALID_STATE', 'state']);
    assert.match(told ?? '', received);
  };

  test('by another model', async () => {
    await refused(step('other', [1, 2], (await step('sum', [1, 2], null)).state), /another model/);
  });

  test('by another version of its model', async () => {
    await refused(step('sum', [1, 2], (await step('sum', [1, 2], null)).state, 'old'), /version 2/);
  });

  for (const [what, change] of [
    ['cut short', (token: string) => token.slice(0, -8)],
    ['changed in a place', (token: string) => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`],
    ['followed by something', (token: string) => `${token} !`],
    ['empty', () => ''],
    ['made up', () => 'a state that somebody made up'],
  ] as const) {
    test(`that is ${what}`, async () => {
      const { state } = await step('sum', [1, 2], null);
      await refused(step('sum', [1, 2], change(state)), /no state/);
    });
  }
});

test('a token is refused where the next call has another number of rows', async () => {
  const { state } = await step('layered', [[1, 2]], null);
  const { errors } = await step(
    'layered',
    [
      [1, 2],
      [3, 4],
    ],
    state,
  );
  assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT');
  assert.match(errors[0].message, /a state of shape \[2, 1, 2\]/);
});

test('a state that the model does not have fails the version, with what it has', async () => {
  const { data } = await query(gateway, '{ model(name: "stateless") { versions { state { phase reason } } } }');
  assert.equal(data.model.versions[0].state.phase, 'FAILED');
  assert.match(data.model.versions[0].state.reason, /state: hidden: state, and the model has no output "hidden"/);
});
