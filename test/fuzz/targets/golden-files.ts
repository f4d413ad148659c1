import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelLoadError } from '../../../src/errors.ts';
import { findDifference, readGolden } from '../../../src/inference/golden.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { tensorTask } from '../../../src/tasks/tensor.ts';
import { assertNothingInside } from '../../helpers/error-form.ts';
import { taskContext } from '../../helpers/shared-types.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const inputs: readonly RowPort[] = [
  { name: 'x', datatype: 'FP32', shape: [2] },
  { name: 'n', datatype: 'INT64', shape: [] },
  { name: 'h', datatype: 'FP16', shape: [null] },
  { name: 't', datatype: 'BYTES', shape: [2, 2] },
  { name: 'b', datatype: 'BOOL', shape: null },
];
const outputs = inputs.slice(0, 3);
const row = {
  x: [1, 2],
  n: '5',
  h: [1, 2, 3],
  t: [
    ['a', 'b'],
    ['c', 'd'],
  ],
  b: [true],
};
const seeds: Readonly<Record<string, unknown>> = {
  rows: {
    tolerance: { absolute: 1e-6, relative: 0.1 },
    reference: 'sklearn',
    examples: [
      { name: 'one', inputs: row, outputs: { x: [1, 2], n: 5 } },
      { inputs: row, outputs: { h: ['NaN', 'Infinity', 0] } },
    ],
  },
  clients: { examples: [{ input: row, outputs: { x: [0.5, -0] } }] },
};
const bytes = Object.fromEntries(
  Object.entries(seeds).map(([name, each]) => [name, Buffer.from(JSON.stringify(each))]),
);
const keys = ['x', 'n', 'h', 't', 'b', 'examples', 'input', 'inputs', 'outputs', 'tolerance', 'absolute', 'name'];

/** Golden examples, read for a model with an input of each kind. */
export const goldenFiles: FuzzTarget = {
  name: 'golden files',
  about: 'golden.json spoilt as bytes and by its values, for inputs of every kind',
  casesInTests: 100,
  share: 30,
  open: async ({ scope }) => {
    const path = join(await temporaryFolder(scope), 'golden.json');
    const context = taskContext(inputs, outputs);
    const served = { rowSignature: context.signature, task: tensorTask.bind(context) };
    return throwing({
      cases: fc.oneof(
        fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(bytes, byteEdit(bytes), 3) }),
        {
          weight: 4,
          arbitrary: fc.record({ as: fc.constant('values' as const), mutation: mutationOf(seeds, jsonEdit(keys), 4) }),
        },
      ),
      check: async (each) => {
        await writeFile(
          path,
          each.as === 'bytes' ? mutateBytes(bytes, each.mutation) : mutateJson(seeds, each.mutation),
        );
        try {
          const golden = await readGolden(path, served);
          for (const example of golden?.examples ?? [])
            findDifference(example, example.expected, golden?.tolerance ?? { absolute: 0, relative: 0 });
          return 'read';
        } catch (error) {
          if (!(error instanceof ModelLoadError)) throw error;
          assertNothingInside(error.message);
          return 'refused';
        }
      },
    });
  },
};
