import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { readGolden } from '../../../src/inference/golden.ts';
import type { RowPort, RowSignature } from '../../../src/tasks/row-signature.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('golden examples that may still be copied are told from those that are wrong', () => {
  /** Whether the file is refused as incomplete; null when it is not refused. */
  async function isIncomplete(context: TestContext, text: string): Promise<boolean | null> {
    const port = (name: string): RowPort => ({ name, datatype: 'BYTES', shape: [] });
    const rowSignature: RowSignature = { axis: { kind: 'dynamic' }, inputs: [port('x')], outputs: [port('y')] };
    const folder = await temporaryFolder(context, { 'golden.json': text });
    return await readGolden(join(folder, 'golden.json'), { rowSignature }).then(
      () => null,
      (error: unknown) => {
        assert.ok(error instanceof ModelLoadError, String(error));
        return error.incomplete;
      },
    );
  }

  const whole = JSON.stringify({ examples: [{ inputs: { x: 'a "\\ ]}' }, outputs: { y: 'é' } }] }, null, 1);

  test('wherever the file was cut, until it is whole', async (context) => {
    assert.equal(await isIncomplete(context, whole), null);
    for (let length = 0; length < whole.length; length += 1) {
      assert.equal(await isIncomplete(context, whole.slice(0, length)), true, whole.slice(0, length));
    }
  });

  test('zeros where nothing was written yet', async (context) => {
    assert.equal(await isIncomplete(context, '\0'.repeat(8)), true);
    assert.equal(await isIncomplete(context, whole.slice(0, 20).padEnd(whole.length, '\0')), true);
  });

  for (const text of ['{"examples": nope}', '{"examples": []}', '{"examples": [NaN]}', 'examples', '[]]']) {
    test(`a mistake of whoever wrote it: ${text}`, async (context) => {
      assert.equal(await isIncomplete(context, text), false);
    });
  }
});
