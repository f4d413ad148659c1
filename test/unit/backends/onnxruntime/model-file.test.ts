import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { inspectModelFile } from '../../../../src/backends/onnxruntime/model-file.ts';
import { ModelLoadError } from '../../../../src/errors.ts';
import {
  type InitializerSpec,
  type ModelSpec,
  type ValueSpec,
  model,
  tensorValue,
} from '../../../helpers/onnx-builder.ts';
import { zipmapModel } from '../../../helpers/onnx-models.ts';
import { temporaryFolder, temporaryModel } from '../../../helpers/temporary-folder.ts';

const identity: ModelSpec = {
  inputs: [tensorValue('x', 'FP32', ['N', 4])],
  outputs: [tensorValue('y', 'FP32', ['N', 4])],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
};

/** Asserts that the file is refused with these words, and without the path. */
async function assertRefused(path: string, words: RegExp): Promise<void> {
  await assert.rejects(inspectModelFile(path), (error: unknown) => {
    assert.ok(error instanceof ModelLoadError, String(error));
    assert.match(error.message, words);
    assert.ok(!error.message.includes(dirname(path)), error.message);
    return true;
  });
}

describe('element types that cannot be passed', () => {
  const names = new Map([
    [14, 'complex64'],
    [15, 'complex128'],
    [16, 'bfloat16'],
    [17, 'float8e4m3fn'],
    [19, 'float8e5m2'],
    [21, 'uint4'],
    [22, 'int4'],
    [23, 'float4e2m1'],
    [25, 'uint2'],
    [26, 'int2'],
    [99, 'element type 99'],
  ]);
  for (const [code, name] of names) {
    it(`are refused by name: ${name}`, async (test) => {
      const value = (port: string) => tensorValue(port, code, ['N']);
      const words = (role: string) => new RegExp(`The ${role} "." has the element type ${name},.*Cast`);
      await assertRefused(await temporaryModel(test, model({ ...identity, inputs: [value('x')] })), words('input'));
      await assertRefused(await temporaryModel(test, model({ ...identity, outputs: [value('y')] })), words('output'));
    });
  }
});

// A kilobyte of a file made the warm-up take all memory, or fail as a fault of the server. Found by fuzzing.
describe('an input of more elements than any request carries', () => {
  for (const shape of [
    [2 ** 31],
    ['N', 2 ** 26 + 1],
    [2 ** 20, null, 2 ** 20],
    [Number.MAX_SAFE_INTEGER, 0x7fffffff],
  ]) {
    it(`is refused: [${shape.join(', ')}]`, async (test) => {
      const inputs = [tensorValue('x', 'FP32', shape)];
      const path = await temporaryModel(test, model({ ...identity, inputs }));
      await assertRefused(path, /The input "x" takes \S+ elements at least, and no request carries more than 67108864/);
    });
  }

  it('is taken at the limit, and of any size as an output', async (test) => {
    const [inputs, outputs] = [[tensorValue('x', 'FP32', ['N', 2 ** 26])], [tensorValue('y', 'FP32', ['N', 2 ** 40])]];
    await inspectModelFile(await temporaryModel(test, model({ ...identity, inputs, outputs })));
  });
});

describe('inputs and outputs that are no tensors', () => {
  const tensor = { tensor: 'FP32', shape: [1] } as const;
  const sequence: ValueSpec = { name: 's', type: { sequence: tensor } };

  it('are refused as inputs', async (test) => {
    for (const type of [{ sequence: tensor }, { optional: tensor }, { mapKey: 'INT64', mapValue: tensor }] as const) {
      const path = await temporaryModel(test, model({ ...identity, inputs: [{ name: 'x', type }] }));
      await assertRefused(path, /The input "x" is a (sequence|optional|map)/);
    }
  });

  it('are refused when every output is one', async (test) => {
    const path = await temporaryModel(test, model({ ...identity, outputs: [sequence] }));
    await assertRefused(path, /no output that is a tensor \("s" is a sequence\).*zipmap=False/);
  });

  it('are left out, with a note, when another output is a tensor', async (test) => {
    const path = await temporaryModel(test, model({ ...identity, outputs: [...identity.outputs, sequence] }));
    const { signature, notes } = await inspectModelFile(path);
    assert.deepEqual(
      signature.outputs.map(({ name }) => name),
      ['y'],
    );
    assert.match(notes.join(), /The output "s" is left out: it is a sequence/);
  });
});

it('refuses a name that is declared twice', async (test) => {
  const path = await temporaryModel(test, model({ ...identity, outputs: [...identity.outputs, ...identity.outputs] }));
  await assertRefused(path, /"y" twice/);
});

describe('operators', () => {
  const custom = { op: 'Foo', domain: 'my.domain', inputs: ['x'], outputs: ['y'] };

  it('of unknown domains are refused by name', async (test) => {
    const path = await temporaryModel(
      test,
      model({ ...identity, opsets: { '': 17, 'my.domain': 1 }, nodes: [custom] }),
    );
    await assertRefused(path, /custom operators: "my\.domain\.Foo"\..*standard ONNX operators/);
  });

  it('of unknown domains are taken when the file defines them as functions', async (test) => {
    const body = { inputs: ['a'], outputs: ['b'], nodes: [{ op: 'Abs', inputs: ['a'], outputs: ['b'] }] };
    const functions = [{ domain: 'my.domain', name: 'Foo', ...body }];
    const spec = { ...identity, opsets: { '': 17, 'my.domain': 1 }, nodes: [custom], functions };
    await inspectModelFile(await temporaryModel(test, model(spec)));
  });

  it('of a domain without a version are refused, as in a file that was cut between two fields', async (test) => {
    const bytes = zipmapModel();
    const lastField =
      model({ ...identity, opsets: { 'ai.onnx.ml': 1 } }).byteLength - model({ ...identity, opsets: {} }).byteLength;
    await assertRefused(await temporaryModel(test, bytes.subarray(0, -lastField)), /"ai\.onnx\.ml".*copied in half/);
  });
});

describe('weights in other files', () => {
  const withWeights = (external: NonNullable<InitializerSpec['external']>) =>
    model({ ...identity, initializers: [{ name: 'w', datatype: 'FP32', shape: [2], external }] });

  it('are taken beside the model and below it', async (test) => {
    for (const location of ['w.bin', './w.bin', 'deep/w.bin', 'deep/../deep/w.bin']) {
      const bytes = withWeights({ location, offset: 8, length: 8 });
      const path = await temporaryModel(test, bytes, { 'w.bin': new Uint8Array(16), 'deep/w.bin': new Uint8Array(16) });
      assert.equal((await inspectModelFile(path)).hasExternalData, true);
    }
  });

  it('are refused outside the folder of the model', async (test) => {
    for (const location of [
      '../w.bin',
      'a/../../w.bin',
      '/etc/passwd',
      'C:\\w.bin',
      '\\\\host\\w.bin',
      '',
      '..',
      '.',
      'w\0.bin',
    ]) {
      const folder = await temporaryFolder(test, {
        'w.bin': new Uint8Array(16),
        'model/model.onnx': withWeights({ location, length: 8 }),
      });
      await assertRefused(join(folder, 'model/model.onnx'), /not inside its folder/);
    }
  });

  it('are refused outside the folder of the model when a link leads there', async (test) => {
    const folder = await temporaryFolder(test, {
      'w.bin': new Uint8Array(16),
      'model/model.onnx': withWeights({ location: 'w.bin', length: 8 }),
    });
    await symlink(join(folder, 'w.bin'), join(folder, 'model/w.bin'));
    await assertRefused(join(folder, 'model/model.onnx'), /not inside its folder/);
  });

  it('are missed by name', async (test) => {
    const path = await temporaryModel(test, withWeights({ location: 'w.bin' }));
    await assertRefused(path, /The weights file "w\.bin" is missing/);
  });

  it('are refused when the file is too short, whether the length is given or follows from the shape', async (test) => {
    for (const external of [
      { location: 'w.bin', offset: 8, length: 9 },
      { location: 'w.bin', offset: 9 },
    ]) {
      const path = await temporaryModel(test, withWeights(external), { 'w.bin': new Uint8Array(16) });
      await assertRefused(path, /"w\.bin" is too short: the tensor "w" ends at byte 17, the file at 16/);
    }
  });

  it('are refused at places that cannot be', async (test) => {
    for (const external of [
      { location: 'w.bin', offset: -1 },
      { location: 'w.bin', length: 1e300 },
      { location: 'w.bin', offset: Number.NaN },
    ]) {
      const path = await temporaryModel(test, withWeights(external), { 'w.bin': new Uint8Array(16) });
      await assertRefused(path, /no possible place/);
    }
  });

  it('are refused as a Git LFS pointer or a folder', async (test) => {
    const bytes = withWeights({ location: 'w.bin', length: 8 });
    const pointer = await temporaryModel(test, bytes, { 'w.bin': 'version https://git-lfs.github.com/spec/v1\n' });
    await assertRefused(pointer, /Git LFS pointer/);
    await assertRefused(await temporaryModel(test, bytes, { 'w.bin/file': '' }), /"w\.bin" is no file/);
  });
});

describe('what a copy that goes on may put right is told from what it may not', () => {
  /** Whether the file is refused as incomplete; null when it is not refused. */
  async function isIncomplete(path: string): Promise<boolean | null> {
    return await inspectModelFile(path).then(
      () => null,
      (error: unknown) => {
        assert.ok(error instanceof ModelLoadError, String(error));
        return error.incomplete;
      },
    );
  }

  it('wherever a file was cut, and whether the rest is absent or zeros, until it is whole', async (test) => {
    const bytes = zipmapModel();
    const path = await temporaryModel(test, bytes);
    assert.equal(await isIncomplete(path), null);
    for (let length = 0; length < bytes.length; length += 1) {
      const head = bytes.subarray(0, length);
      await writeFile(path, head);
      assert.equal(await isIncomplete(path), true, `cut at ${length}`);
      // The last byte is the number of a version, and 0 would be one too.
      if (length === bytes.length - 1) continue;
      const allocated = new Uint8Array(bytes.length);
      allocated.set(head);
      await writeFile(path, allocated);
      assert.equal(await isIncomplete(path), true, `zeros from ${length}`);
    }
  });

  it('weights that are missing or too short, not weights that are elsewhere', async (test) => {
    const withWeights = (location: string) =>
      model({ ...identity, initializers: [{ name: 'w', datatype: 'FP32', shape: [2], external: { location } }] });
    const isWeightsIncomplete = async (location: string, files: Readonly<Record<string, string>> = {}) =>
      isIncomplete(await temporaryModel(test, withWeights(location), files));
    assert.equal(await isWeightsIncomplete('w.bin'), true);
    assert.equal(await isWeightsIncomplete('w.bin', { 'w.bin': 'short' }), true);
    assert.equal(await isWeightsIncomplete('../w.bin'), false);
  });

  it('a file that went, not what is no model or fits nothing', async (test) => {
    assert.equal(await isIncomplete(join(await temporaryFolder(test), 'model.onnx')), true);
    const others = ['PK\x03\x04', '<html>', 'version https://git-lfs.github.com/spec/v1\n', 'some words'];
    for (const other of others) assert.equal(await isIncomplete(await temporaryModel(test, other)), false, other);
    assert.equal(await isIncomplete(await temporaryModel(test, model({ ...identity, outputs: [] }))), false);
  });
});

it('refuses a folder in the place of the model file', async (test) => {
  const folder = await temporaryFolder(test, { 'model.onnx/file': '' });
  await assertRefused(join(folder, 'model.onnx'), /cannot be read \(EISDIR\)/);
});
