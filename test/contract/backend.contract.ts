import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import type { Backend, OpenModel } from '../../src/backends/backend.ts';
import { GatewayError, ModelLoadError } from '../../src/errors.ts';
import { type Datatype, type TensorData, datatypes } from '../../src/tensors/datatypes.ts';
import type { NamedTensors, Tensor } from '../../src/tensors/tensor.ts';
import { temporaryModel } from '../helpers/temporary-folder.ts';

/** The models that a backend is tried with, as the bytes of its own file format. */
export interface BackendFixtures {
  /** `x` → `y` of this datatype, both [N, 2], unchanged. */
  identity(datatype: Datatype): Uint8Array;
  /** `x` FP32 [N, 1] → `double` = 2 · x and `square` = x². */
  readonly twoOutputs: Uint8Array;
  /** `x` FP32 [N, 1] → `y` = x, after some tens of milliseconds. */
  readonly slow: Uint8Array;
  /** `x` FP32 [N, 1] → `y` = 2 · x; fails where a value is negative. */
  readonly failsOnNegative: Uint8Array;
  /** A file of the format that cannot be loaded. */
  readonly broken: Uint8Array;
  /** A whole file of the format, of a model that cannot be served. */
  readonly unservable: Uint8Array;
}

const samples: Readonly<Record<Datatype, TensorData>> = {
  BOOL: Uint8Array.of(0, 1),
  UINT8: Uint8Array.of(0, 255),
  UINT16: Uint16Array.of(0, 65_535),
  UINT32: Uint32Array.of(0, 4_294_967_295),
  UINT64: BigUint64Array.of(0n, 18_446_744_073_709_551_615n),
  INT8: Int8Array.of(-128, 127),
  INT16: Int16Array.of(-32_768, 32_767),
  INT32: Int32Array.of(-2_147_483_648, 2_147_483_647),
  INT64: BigInt64Array.of(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n),
  FP16: Uint16Array.of(0x3c00, 0x7e00),
  FP32: Float32Array.of(Number.NaN, -Infinity),
  FP64: Float64Array.of(5e-324, Number.MAX_VALUE),
  BYTES: ['', 'Grüße, 日本語 🦉\n'],
};

/** What every backend must do; call it once for each of them. */
export function testBackend(backend: Backend, fixtures: BackendFixtures): void {
  const open = async (
    test: { after: (done: () => Promise<void>) => void },
    model: Uint8Array,
    instances = 1,
  ): Promise<OpenModel> => {
    const path = await temporaryModel(test, model);
    const opened = await backend.open({ path, instances, threadsPerInstance: 1 });
    test.after(() => opened.close());
    return opened;
  };

  describe(`the backend ${backend.name}`, () => {
    it('says its name, its version and the name of its files', () => {
      assert.match(backend.version, /^\d+\.\d+/);
      assert.match(backend.modelFileName, /^model\./);
    });

    it('declares the same when it inspects a file as when it opens it', async (test) => {
      const path = await temporaryModel(test, fixtures.twoOutputs);
      const { signature, file, notes } = await backend.inspect(path);
      const model = await backend.open({ path, instances: 1, threadsPerInstance: 1 });
      test.after(() => model.close());
      assert.deepEqual(
        { signature, file, notes },
        { signature: model.signature, file: model.file, notes: model.notes },
      );
      assert.deepEqual(
        signature.outputs.map(({ name, datatype }) => ({ name, datatype })),
        [
          { name: 'double', datatype: 'FP32' },
          { name: 'square', datatype: 'FP32' },
        ],
      );
    });

    it('describes a file as it does when it inspects it', async (test) => {
      const path = await temporaryModel(test, fixtures.twoOutputs);
      assert.deepEqual(await backend.describe(path), (await backend.inspect(path)).file);
    });

    it('describes a file that it refuses to serve, and no file that is none', async (test) => {
      const path = await temporaryModel(test, fixtures.unservable);
      await assert.rejects(backend.inspect(path), ModelLoadError);
      assert.ok((await backend.describe(path)).opsets.length > 0);
      await assert.rejects(backend.describe(await temporaryModel(test, fixtures.broken)), ModelLoadError);
      await assert.rejects(backend.describe(`${path}.gone`), ModelLoadError);
    });

    for (const datatype of Object.keys(datatypes) as Datatype[]) {
      it(`passes ${datatype} through unchanged, extreme values too`, async (test) => {
        const model = await open(test, fixtures.identity(datatype));
        const sent = samples[datatype];
        const expected = [...sent];
        const { outputs, computeMs } = await model.run(new Map([['x', { datatype, shape: [1, 2], data: sent }]]), [
          'y',
        ]);
        assert.deepEqual(plain(outputs.get('y')), { datatype, shape: [1, 2], data: expected });
        assert.ok(computeMs >= 0);
      });

      it(`takes an empty batch of ${datatype}`, async (test) => {
        const model = await open(test, fixtures.identity(datatype));
        const data = datatypes[datatype].array === null ? [] : new datatypes[datatype].array(new ArrayBuffer(0));
        const { outputs } = await model.run(new Map([['x', { datatype, shape: [0, 2], data }]]), ['y']);
        assert.deepEqual(plain(outputs.get('y')), { datatype, shape: [0, 2], data: [] });
      });
    }

    it('computes only the outputs that are asked for', async (test) => {
      const model = await open(test, fixtures.twoOutputs);
      const { outputs } = await model.run(column(3), ['square']);
      assert.deepEqual([...outputs.keys()], ['square']);
      assert.deepEqual(plain(outputs.get('square')), { datatype: 'FP32', shape: [1, 1], data: [9] });
    });

    it('leaves the rest of a buffer to its owner when an input is a part of it', async (test) => {
      const model = await open(test, fixtures.twoOutputs);
      const whole = Float32Array.of(1, 2, 3, 4);
      const data = whole.subarray(1, 3);
      const { outputs } = await model.run(new Map([['x', { datatype: 'FP32', shape: [2, 1], data }]]), ['double']);
      assert.deepEqual(plain(outputs.get('double')).data, [4, 6]);
      assert.deepEqual([...whole], [1, 2, 3, 4]);
    });

    it('gives every one of many concurrent calls its own answer, whatever the instances', async (test) => {
      for (const instances of [1, 2]) {
        const model = await open(test, fixtures.twoOutputs, instances);
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 5 }), {
              maxLength: 40,
            }),
            async (calls) => {
              const results = await Promise.all(calls.map((values) => model.run(column(...values), ['double'])));
              const answers = results.map(({ outputs }) => plain(outputs.get('double')).data);
              assert.deepEqual(
                answers,
                calls.map((values) => values.map((value) => 2 * value)),
              );
            },
          ),
          { numRuns: 20 },
        );
      }
    });

    it('fails only the call whose inputs the model cannot take', async (test) => {
      const model = await open(test, fixtures.failsOnNegative);
      const [bad, good] = await Promise.allSettled([model.run(column(1, -1), ['y']), model.run(column(4), ['y'])]);
      assert.equal(bad.status, 'rejected');
      assertGatewayError(bad.reason, 'INFERENCE_FAILED');
      assert.doesNotMatch(bad.reason.message, /[\\/]|\n/);
      assert.equal(good.status, 'fulfilled');
      assert.deepEqual(plain(good.value.outputs.get('y')).data, [8]);
    });

    it('fails a call with an input or output that the model does not have', async (test) => {
      const model = await open(test, fixtures.twoOutputs);
      const x: Tensor = { datatype: 'FP32', shape: [1, 1], data: Float32Array.of(1) };
      await assert.rejects(model.run(new Map([['other', x]]), ['double']), isGatewayError('INFERENCE_FAILED'));
      await assert.rejects(model.run(column(1), ['other']), isGatewayError('INFERENCE_FAILED'));
      await assert.rejects(model.run(new Map(), ['double']), isGatewayError('INFERENCE_FAILED'));
    });

    it('refuses text with NUL, which a runtime may cut off', async (test) => {
      const model = await open(test, fixtures.identity('BYTES'));
      const data = ['fine', 'cut\0off'];
      const inputs: NamedTensors = new Map([['x', { datatype: 'BYTES', shape: [1, 2], data }]]);
      await assert.rejects(model.run(inputs, ['y']), isGatewayError('BAD_USER_INPUT'));
    });

    it('keeps the event loop free while a call runs', async (test) => {
      const model = await open(test, fixtures.slow);
      const call = model.run(column(1), ['y']);
      let turns = 0;
      let next: NodeJS.Immediate;
      const count = (): void => {
        turns += 1;
        next = setImmediate(count);
      };
      next = setImmediate(count);
      await call;
      clearImmediate(next);
      assert.ok(turns > 20, `${turns} turns`);
    });

    it('finishes the calls it has before it closes, and refuses later ones', async (test) => {
      const model = await open(test, fixtures.slow);
      const settled: string[] = [];
      const calls = [1, 2, 3].map((value) =>
        model
          .run(column(value), ['y'])
          .then(({ outputs }) => settled.push(`call ${plain(outputs.get('y')).data.join()}`)),
      );
      const closed = model.close().then(() => settled.push('closed'));
      await assert.rejects(model.run(column(4), ['y']), isGatewayError('MODEL_UNAVAILABLE'));
      await Promise.all([...calls, closed, model.close()]);
      assert.deepEqual(settled, ['call 1', 'call 2', 'call 3', 'closed']);
    });

    it('refuses a file that cannot be loaded without saying where it is', async (test) => {
      const path = await temporaryModel(test, fixtures.broken);
      for (const attempt of [() => backend.inspect(path), () => backend.open({ path })]) {
        await assert.rejects(attempt, (error: unknown) => {
          assert.ok(error instanceof ModelLoadError);
          assert.ok(!error.message.includes(dirname(path)));
          return true;
        });
      }
    });

    it('refuses a file that is not there', async (test) => {
      const path = `${await temporaryModel(test, fixtures.broken)}.gone`;
      await assert.rejects(backend.inspect(path), ModelLoadError);
      await assert.rejects(backend.open({ path }), ModelLoadError);
    });
  });
}

function column(...values: number[]): NamedTensors {
  return new Map([['x', { datatype: 'FP32', shape: [values.length, 1], data: Float32Array.from(values) }]]);
}

/** The tensor with its elements as a list, so that it can be compared. */
function plain(tensor: Tensor | undefined): { datatype: Datatype; shape: readonly number[]; data: unknown[] } {
  assert.ok(tensor !== undefined);
  return { datatype: tensor.datatype, shape: [...tensor.shape], data: [...tensor.data] };
}

function assertGatewayError(error: unknown, code: GatewayError['code']): asserts error is GatewayError {
  assert.ok(error instanceof GatewayError, String(error));
  assert.equal(error.code, code);
}

function isGatewayError(code: GatewayError['code']): (error: unknown) => true {
  return (error) => {
    assertGatewayError(error, code);
    return true;
  };
}
