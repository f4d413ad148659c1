import fc from 'fast-check';
import { everyDatatype } from '../../helpers/arbitrary-tensor.ts';
import { mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson, oddJson, textOf } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const query = JSON.stringify(
  'query($input: InferInput!) { infer(input: $input) { outputs { name datatype shape values base64 } meta { batchSize } } }',
);
const models = {
  iris: [['X', 'FP32', [1, 4]]],
  titanic: [
    ['pclass', 'FP32', [1, 1]],
    ['sex', 'BYTES', [1, 1]],
  ],
  opticalDigits: [['pixels', 'FP32', [1, 64]]],
  spamTransformer: [
    ['input_ids', 'INT64', [1, 8]],
    ['attention_mask', 'INT64', [1, 8]],
  ],
  embed: [
    ['input_ids', 'INT64', [2, 3]],
    ['attention_mask', 'INT64', [2, 3]],
  ],
  sum: [
    ['x', 'FP32', [1, 2]],
    ['state', 'FP32', [2, 1, 2]],
  ],
  matrix: [['x', 'FP32', [2, 2, 2]]],
  texts: [['x', 'BYTES', [2, 2]]],
  halves: [['x', 'FP16', [1, 3]]],
  longs: [['x', 'INT64', [5]]],
  remainders: [['x', 'INT64', [3]]],
  flags: [['x', 'BOOL', [1, 4]]],
  whole: [['x', 'UINT8', [2, 3]]],
  single: [['x', 'FP64', []]],
} as const;
const seeds: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(models).map(([model, inputs]) => [
    model,
    {
      model,
      inputs: inputs.map(([name, datatype, shape]) => {
        const count = shape.reduce((one: number, other) => one * other, 1);
        const value = datatype === 'BYTES' ? 'a' : datatype === 'BOOL' ? true : 1;
        return { name, datatype, shape, values: Array<unknown>(count).fill(value) };
      }),
    },
  ]),
);
const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  fc.constantFrom(-1, 64, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5),
);
const datatype = fc.oneof(fc.constantFrom(...everyDatatype), fc.constantFrom('BF16', 'fp32', ''));
const values = fc.oneof(
  { weight: 3, arbitrary: oddJson.map(textOf) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.string({ maxLength: 4 })), { maxLength: 10 })
      .map((all) => JSON.stringify(all)),
  },
);
const base64 = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')) },
  fc.constantFrom('', '=', 'A', 'AA==', 'AA=A', '-_-_', 'AAAA\n', 'data:,', 'é', 'AAAA'.repeat(5000)),
);
const tensor = fc.record({
  name: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, fc.constantFrom('', 'x', 'X', 'nothing', '__proto__')),
  datatype: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, datatype),
  shape: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.array(size, { maxLength: 5 })),
  content: fc.oneof(
    fc.record({ as: fc.constant('values' as const), text: values }),
    fc.record({ as: fc.constant('base64' as const), text: base64 }),
    {
      weight: 3,
      arbitrary: fc.record({
        as: fc.constant('fitting' as const),
        value: fc.oneof(
          fc.constant(null),
          fc.constantFrom('0', '-1', '5', '1e9', '"9223372036854775807"', '"NaN"', '"-Infinity"', 'null'),
        ),
      }),
    },
    fc.constantFrom({ as: 'none' as const }, { as: 'both' as const }),
  ),
});
const cases = fc.oneof(
  fc.record({
    as: fc.constant('mutated' as const),
    mutation: mutationOf(seeds, jsonEdit(['name', 'datatype', 'shape', 'values', 'base64', 'outputs', 'version']), 4),
  }),
  fc.record({
    as: fc.constant('made' as const),
    model: fc.constantFrom(...(Object.keys(models) as (keyof typeof models)[])),
    // One stands for each input of the model.
    tensors: fc.oneof({ weight: 4, arbitrary: fc.tuple(tensor) }, fc.array(tensor, { minLength: 2, maxLength: 3 })),
    outputs: fc.constantFrom(null, null, null, [], ['y'], ['label'], ['y', 'y'], ['nothing']),
  }),
);
type Tensor = typeof tensor extends fc.Arbitrary<infer Value> ? Value : never;

/** The tensors of raw inferences. */
export const tensors: FuzzTarget = {
  name: 'tensors',
  about:
    'datatypes, shapes and values or base64 of `infer` that do not fit each other, sizes of zero, below it and beyond counting',
  casesInTests: 250,
  share: 160,
  open: async (bench) => {
    const server = await bench.open();
    const headers = { 'content-type': 'application/json' };
    return throwing({
      cases,
      check: async (each) => {
        const input =
          each.as === 'mutated' ? mutateJson(seeds, each.mutation) : inputOf(each.model, each.tensors, each.outputs);
        const body = `{"query":${query},"variables":{"input":${input}}}`;
        return (await server.send({ method: 'POST', headers, body })).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};

function inputOf(model: keyof typeof models, tensors: readonly Tensor[], outputs: readonly string[] | null): string {
  const ports = models[model];
  const [first] = tensors;
  const all = tensors.length === 1 && first !== undefined ? ports.map(() => first) : tensors;
  const inputs = all.map((given, index) => {
    const port = ports[index % ports.length] ?? ports[0];
    const datatype = given.datatype ?? port[1];
    const shape: readonly number[] = given.shape ?? port[2];
    const count = shape.reduce((one, other) => one * other, 1);
    const about = { name: given.name ?? port[0], datatype, shape };
    return `${JSON.stringify(about).slice(0, -1)}${contentOf(given.content, datatype, count)}}`;
  });
  return `{"model":"${model}","inputs":[${inputs.join(',')}]${outputs === null ? '' : `,"outputs":${JSON.stringify(outputs)}`}}`;
}

function contentOf(content: Tensor['content'], datatype: string, count: number): string {
  switch (content.as) {
    case 'values':
      return `,"values":${content.text}`;
    case 'base64':
      return `,"base64":${JSON.stringify(content.text)}`;
    case 'fitting': {
      const value = content.value ?? (datatype === 'BYTES' ? '"a"' : datatype === 'BOOL' ? 'true' : '1');
      return `,"values":[${Array<string>(count >= 0 && count <= 5000 ? Math.floor(count) : 3)
        .fill(value)
        .join(',')}]`;
    }
    case 'both':
      return ',"values":[],"base64":""';
    case 'none':
      return '';
  }
}
