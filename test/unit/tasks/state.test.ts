import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { datatypes, type Datatype } from '../../../src/tensors/datatypes.ts';
import { readStateToken, writeStateToken, type StateOwner } from '../../../src/tasks/state-token.ts';
import { findTask } from '../../../src/tasks/index.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { arbitraryTensor } from '../../helpers/arbitrary-tensor.ts';
import { refusal } from '../../helpers/refusal.ts';
import { taskContext } from '../../helpers/shared-types.ts';

const owner: StateOwner = { model: 'vad', version: 3, sha256: 'a1'.repeat(32) };
const port = (name: string, datatype: Datatype = 'FP32', shape: RowPort['shape'] = [2]): RowPort => ({
  name,
  datatype,
  shape,
});

suite('A state token', () => {
  for (const datatype of (Object.keys(datatypes) as Datatype[]).filter((each) => each !== 'BYTES')) {
    test(`${datatype}: gives back what was written, whatever the shape`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), arbitraryTensor(datatype), (first, second) => {
          const ports = [first, second].map(({ shape }, index) =>
            port(
              `s${index}`,
              datatype,
              shape.map(() => null),
            ),
          );
          const read = readStateToken(writeStateToken(owner, [first, second]), owner, ports);
          assert.deepEqual([...read.values()], [first, second]);
        }),
        { numRuns: 30 },
      );
    });
  }

  const token = writeStateToken(owner, [{ datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) }]);
  for (const [what, reader, message] of [
    ['another model', { ...owner, model: 'other' }, /another model/],
    ['another version', { ...owner, version: 4 }, /a state of version 3/],
    ['another file of the version', { ...owner, sha256: 'b2'.repeat(32) }, /the file that was this version before/],
  ] as const) {
    test(`is refused by ${what}`, () => {
      assert.throws(() => readStateToken(token, reader, [port('s')]), refusal('INVALID_STATE', 'state', message));
    });
  }

  test('is refused in another shape, and where it is no text', () => {
    assert.throws(() => readStateToken(token, owner, [port('s', 'FP32', [3])]), refusal('INVALID_STATE', 'state'));
    assert.throws(() => readStateToken(7, owner, [port('s')]), refusal('INVALID_STATE', 'state'));
  });

  test('never gives back anything else, whatever is done to its characters', () => {
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '*', '='),
        (place, character) => {
          const changed = token.slice(0, place) + character + token.slice(place + 1);
          try {
            const read = readStateToken(changed, owner, [port('s')]);
            assert.deepEqual([...(read.get('s')?.data ?? [])], [1, 2]);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'BAD_USER_INPUT');
          }
        },
      ),
    );
  });
});

suite('The state that a manifest names', () => {
  const bind = (inputs: RowPort[], outputs: RowPort[], state: object) =>
    findTask('tensor').bind(taskContext(inputs, outputs, { state }));

  for (const [what, inputs, outputs, state, message] of [
    ['an output that is not there', [port('s')], [port('y')], { n: 's' }, /no output "n": it gives "y"/],
    ['an input that is not there', [port('x')], [port('n')], { n: 's' }, /no input "s": it takes "x"/],
    [
      'another datatype',
      [port('x'), port('s', 'FP64')],
      [port('y'), port('n')],
      { n: 's' },
      /FP32 \[2\], the input FP64/,
    ],
    ['another shape', [port('x'), port('s', 'FP32', [3])], [port('y'), port('n')], { n: 's' }, /alike in both/],
    ['strings', [port('x'), port('s', 'BYTES')], [port('y'), port('n', 'BYTES')], { n: 's' }, /alike in both/],
    ['two outputs for one input', [port('x'), port('s')], [port('n'), port('m')], { n: 's', m: 's' }, /two outputs/],
    [
      'a name that the task has',
      [port('state'), port('s')],
      [port('y'), port('n')],
      { n: 's' },
      /a field "state" already/,
    ],
  ] as const) {
    test(`is refused for ${what}`, () => {
      assert.throws(() => bind([...inputs], [...outputs], state), { name: 'ModelLoadError', message });
    });
  }
});
