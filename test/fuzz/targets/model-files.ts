import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelLoadError } from '../../../src/errors.ts';
import { inspectModelFile } from '../../../src/backends/onnxruntime/model-file.ts';
import { assertNothingInside } from '../../helpers/error-form.ts';
import { shippedModels } from '../../helpers/gateway.ts';
import {
  affineModel,
  failsOnNegativeModel,
  identityModel,
  runningSumModel,
  zipmapModel,
} from '../../helpers/onnx-models.ts';
import { twoBoxesModel } from '../../helpers/picture-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { maskedTextModel, stringModel } from '../../helpers/text-models.ts';
import { byteEdit, mutateBytes, mutationOf, type Seeds } from '../mutations/bytes.ts';
import { mutateModel, protobufEdit } from '../mutations/protobuf.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const fixtures = new URL('../../fixtures/skl2onnx/', import.meta.url);
const shipped = ['iris/1', 'iris/2', 'titanic/1', 'opticalDigits/1', 'diabetes/1'];

/**
 * Small models of every kind: linear ones, trees, networks, with strings, sequences, states and several outputs. None with
 * a loop: one whose count is spoilt computes for ever, and threads that do not come back have tests of their own.
 */
function seedModels(): Seeds<Uint8Array> {
  return {
    ...Object.fromEntries(shipped.map((path) => [path, readFileSync(join(shippedModels, path, 'model.onnx'))])),
    ...Object.fromEntries(
      readdirSync(fixtures)
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => [name, readFileSync(new URL(name, fixtures))]),
    ),
    affine: affineModel(),
    identity: identityModel('INT64', ['N', 2]),
    fails: failsOnNegativeModel(),
    zipmap: zipmapModel(),
    sum: runningSumModel({ layers: 2 }),
    texts: maskedTextModel({ vocabulary: 10 }),
    strings: stringModel(),
    boxes: twoBoxesModel(),
  };
}

function casesOf(seeds: Seeds<Uint8Array>) {
  return fc.oneof(fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(seeds, byteEdit(seeds)) }), {
    weight: 3,
    arbitrary: fc.record({ as: fc.constant('fields' as const), mutation: mutationOf(seeds, protobufEdit(seeds)) }),
  });
}
type Case = ReturnType<typeof casesOf> extends fc.Arbitrary<infer Value> ? Value : never;

function bytesOf(seeds: Seeds<Uint8Array>, each: Case): Uint8Array {
  return each.as === 'bytes' ? mutateBytes(seeds, each.mutation) : mutateModel(seeds, each.mutation);
}

/** What is read of a model file before the runtime sees it. */
export const modelFiles: FuzzTarget = {
  name: 'model files',
  about:
    'ONNX files with bits flipped, cut, spliced, and with fields set, swapped, doubled and grafted, as our own reader takes them',
  casesInTests: 120,
  share: 80,
  open: async ({ scope }) => {
    const seeds = seedModels();
    const path = join(await temporaryFolder(scope), 'model.onnx');
    return throwing({
      cases: casesOf(seeds),
      check: async (each) => {
        await writeFile(path, bytesOf(seeds, each));
        try {
          await inspectModelFile(path);
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

/** The same, loaded and warmed as `inferql check` and the server do. */
export const modelLoads: FuzzTarget = {
  name: 'model loads',
  about:
    'the same files loaded and warmed by ONNX Runtime, in a child process: it may end, which is counted, and may not hang',
  casesInTests: 10,
  share: 12,
  open: async ({ scope, loading }) => {
    const seeds = seedModels();
    const models = await temporaryFolder(scope);
    await mkdir(join(models, 'm/1'), { recursive: true });
    const load = async (bytes: Uint8Array) => {
      await writeFile(join(models, 'm/1/model.onnx'), bytes);
      return await loading.load(models);
    };
    return throwing({
      cases: casesOf(seeds),
      check: async (each) => {
        const loaded = await load(bytesOf(seeds, each));
        return loaded.kind === 'ended' ? `ENDED by ${loaded.by}` : (loaded.version?.result ?? 'none');
      },
      stillWorks: async () => {
        const loaded = await load(affineModel());
        assert.equal(loaded.kind === 'checked' && loaded.version?.result, 'READY', JSON.stringify(loaded));
      },
    });
  },
};
