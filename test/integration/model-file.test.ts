import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const served = identityModel('FP32', ['N']);
const breaking = identityModel('FP32', ['N', 4]);
const broken = Buffer.from('no model at all');

const models = await temporaryFolder(
  { after },
  {
    'changed/1/model.onnx': served,
    'changed/2/model.onnx': breaking,
    'broken/1/model.onnx': broken,
    'differs/1/model.onnx': served,
    'differs/1/golden.json': '{ "examples": [{ "inputs": { "x": 1 }, "outputs": { "y": 2 } }] }',
    'missing/1/README.md': 'The model is yet to come.',
    'left-out/model.yaml': 'versions: { serve: [2] }\n',
    'left-out/1/model.onnx': served,
    'left-out/2/model.onnx': served,
  },
);
const gateway = await startTestGateway({ after }, models);

async function fileOf(name: string, version: number) {
  const document = `query($name: ID!, $version: VersionRef!) { model(name: $name) { version(version: $version) {
    state { phase } signature { inputs { name } }
    file { sizeBytes sha256 details { format irVersion opsets { version } } }
  } } }`;
  const { data, errors } = await query(gateway, document, { name, version });
  assert.deepEqual(errors, []);
  return data.model.version;
}

const fingerprint = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

describe("a version's file", () => {
  test('is told with all that it says of itself while the version is served', async () => {
    const { state, file } = await fileOf('changed', 1);
    assert.equal(state.phase, 'READY');
    const { details, ...known } = file;
    assert.deepEqual(known, fingerprint(served));
    assert.equal(details.format, 'ONNX');
    assert.ok(details.opsets[0].version > 0);
  });

  for (const [what, phase, name, version, bytes] of [
    ['is held', 'HELD', 'changed', 2, breaking],
    ['failed because the file is no model', 'FAILED', 'broken', 1, broken],
    ['failed after it was loaded', 'FAILED', 'differs', 1, served],
  ] as const) {
    test(`is told by size and SHA-256 when the version ${what}`, async () => {
      const { state, signature, file } = await fileOf(name, version);
      assert.deepEqual({ phase: state.phase, signature }, { phase, signature: null });
      assert.deepEqual(file, { ...fingerprint(bytes), details: null });
    });
  }

  test('is null where there is none, and where nobody looked at it', async () => {
    const missing = await fileOf('missing', 1);
    assert.deepEqual([missing.state.phase, missing.file], ['FAILED', null]);
    const leftOut = await fileOf('left-out', 1);
    assert.deepEqual([leftOut.state.phase, leftOut.file], ['UNLOADED', null]);
  });
});
