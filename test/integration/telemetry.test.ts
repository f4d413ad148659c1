import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { runCommand } from '../helpers/command.ts';
import { affineModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

suite('ONNX Runtime', () => {
  /** What a check of a model leaves in the home folder. */
  async function filesAtHome(context: TestContext): Promise<string[]> {
    const folder = await temporaryFolder(context, { 'models/m/1/model.onnx': affineModel(), 'home/.empty': '' });
    const home = join(folder, 'home');
    const { ended } = runCommand(context, ['check', join(folder, 'models')], { HOME: home });
    assert.equal((await ended).code, 0);
    return (await readdir(home)).filter((name) => name !== '.empty');
  }

  test('keeps no id and no database of reports at home', async (context) => {
    assert.deepEqual(await filesAtHome(context), []);
  });

  // Were it called something else in a later build, the test above would notice only where the files stay the same.
  test('still asks for the variable that turns its reports off', { skip: process.platform !== 'linux' }, async () => {
    const runtime = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const library = join(dirname(runtime), `bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`);
    assert.ok((await readFile(library)).includes('ORT_DISABLE_TELEMETRY'));
  });
});
