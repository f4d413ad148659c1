import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { ModelLoadError } from '../../../../src/errors.ts';
import {
  bytesField,
  concatBytes,
  stringField,
  varintField,
} from '../../../../src/backends/onnxruntime/protobuf-writer.ts';
import { type ModelSpec, model, tensorValue } from '../../../helpers/onnx-builder.ts';
import { identityModel, mlpModel, slowModel, zipmapModel } from '../../../helpers/onnx-models.ts';
import { readBytes } from './read-bytes.ts';

const identity: ModelSpec = {
  inputs: [tensorValue('x', 'FP32', ['N', 4])],
  outputs: [tensorValue('y', 'FP32', ['N', 4])],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
};

describe('what a model says of itself', () => {
  it('is read with every part', async () => {
    const bytes = model({
      ...identity,
      name: 'irises',
      irVersion: 9,
      opsets: { '': 17, 'ai.onnx.ml': 3 },
      producerName: 'maker',
      producerVersion: '1.2',
      domain: 'org.example',
      description: 'Tells irises apart.',
      metadata: { licence: 'MIT', '': 'empty key' },
    });
    assert.deepEqual((await readBytes(bytes)).file, {
      format: 'ONNX',
      producerName: 'maker',
      producerVersion: '1.2',
      domain: 'org.example',
      graphName: 'irises',
      description: 'Tells irises apart.',
      irVersion: 9,
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      metadata: [
        { key: 'licence', value: 'MIT' },
        { key: '', value: 'empty key' },
      ],
    });
  });

  it('is cut where it is too long to be shown', async () => {
    const { file } = await readBytes(model({ ...identity, description: 'd'.repeat(100_000) }));
    assert.equal(file.description.length, 65_536);
  });
});

describe('inputs and outputs', () => {
  it('tell a scalar, no shape, nameless, named and fixed dimensions apart', async () => {
    for (const shape of [[], null, [null], ['N', 3], [-1, 2]]) {
      const { graph } = await readBytes(identityModel('INT64', shape));
      const expected = shape === null ? null : shape.map((size) => (size === -1 ? null : size));
      assert.deepEqual(graph.inputs[0]?.type, { kind: 'tensor', element: 7, shape: expected });
    }
  });

  it('do not count an input that has a default value', async () => {
    const { graph } = await readBytes(
      model({
        ...identity,
        inputs: [...identity.inputs, tensorValue('weight', 'FP32', [1])],
        initializers: [{ name: 'weight', datatype: 'FP32', shape: [1], data: Float32Array.of(1) }],
      }),
    );
    assert.deepEqual(
      graph.inputs.map(({ name }) => name),
      ['x'],
    );
  });

  it('that are no tensors are told apart by kind', async () => {
    const tensor = { tensor: 'FP32', shape: [1] } as const;
    const types = [
      { sequence: tensor },
      { mapKey: 'INT64', mapValue: tensor },
      { optional: tensor },
      { sparse: 'FP32', shape: [3] },
    ] as const;
    const { graph } = await readBytes(
      model({ ...identity, outputs: types.map((type, index) => ({ name: `o${index}`, type })) }),
    );
    assert.deepEqual(
      graph.outputs.map(({ type }) => type.kind),
      ['sequence', 'map', 'optional', 'sparse tensor'],
    );
  });
});

describe('what is inside nodes and functions', () => {
  it('counts operators of inner graphs and functions', async () => {
    const { operators, functions } = await readBytes(
      model({
        ...identity,
        opsets: { '': 17, local: 1 },
        nodes: [{ op: 'Twice', domain: 'local', inputs: ['x'], outputs: ['y'] }],
        functions: [
          {
            domain: 'local',
            name: 'Twice',
            inputs: ['a'],
            outputs: ['b'],
            nodes: [{ op: 'Add', inputs: ['a', 'a'], outputs: ['b'] }],
          },
        ],
      }),
    );
    assert.deepEqual([...operators].toSorted(), [':Add', 'local:Twice']);
    assert.deepEqual([...functions], ['local:Twice']);
    const loop = await readBytes(slowModel());
    assert.ok(loop.operators.has(':MatMul'));
  });

  it('finds weights in other files, in attributes of inner nodes too', async () => {
    const external = { location: 'weights.bin', offset: 4, length: 8 };
    const tensor = { name: 'w', datatype: 'FP32', shape: [2], external } as const;
    const constant = { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: { tensor } } };
    const { externalTensors } = await readBytes(
      model({
        ...identity,
        initializers: [tensor],
        nodes: [
          {
            op: 'If',
            inputs: ['x'],
            outputs: ['y'],
            attributes: { then_branch: { graph: { inputs: [], outputs: [], nodes: [constant] } } },
          },
        ],
      }),
    );
    const found = { name: 'w', elementType: 1, shape: [2], ...external };
    assert.deepEqual(externalTensors, [found, found]);
  });

  it('are refused when graphs are nested without end', async () => {
    let inner = bytesField(2, new Uint8Array(0));
    for (let depth = 0; depth < 200; depth += 1) inner = bytesField(1, bytesField(5, bytesField(6, inner)));
    const bytes = concatBytes([varintField(1, 8), bytesField(7, inner), bytesField(8, varintField(2, 17))]);
    await assert.rejects(readBytes(bytes), /nested too deeply/);
  });
});

describe('a file that is no model', () => {
  const files: readonly [title: string, bytes: Uint8Array | string, words: RegExp][] = [
    ['empty', '', /is empty/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n', /git lfs pull/],
    ['text', 'hello world', /no ONNX model/],
    ['a web page', '<!doctype html>', /web page/],
    ['a zip archive', 'PK\u0003\u0004 and so on', /zip archive/],
    ['an ORT file', '\u0018\0\0\0ORTM', /ORT format/],
    ['zeros', new Uint8Array(100), /no ONNX model/],
    ['a model without a graph', varintField(1, 8), /ends early/],
    ['two graphs', concatBytes([identityModel(), identityModel()]), /two graphs/],
    ['a text where a graph should be', concatBytes([varintField(1, 8), stringField(7, 'graph')]), /damaged|ends early/],
  ];
  for (const [title, content, words] of files) {
    it(`is refused in words: ${title}`, async () => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      await assert.rejects(readBytes(bytes), (error: unknown) => {
        assert.ok(error instanceof ModelLoadError);
        assert.match(error.message, words);
        return true;
      });
    });
  }

  it('is refused as cut in half, wherever it was cut', async () => {
    for (const bytes of [identityModel(), slowModel(), mlpModel([8, 16, 3])]) {
      for (let length = 2; length < bytes.byteLength; length += 1) {
        await assert.rejects(readBytes(bytes.subarray(0, length)), /ends early/, `after ${length} bytes`);
      }
    }
  });

  it('never does anything but refuse, whichever bytes are changed', async () => {
    const models = [identityModel(), zipmapModel(), slowModel(), mlpModel([8, 16, 3])];
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...models),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        async (original, changes) => {
          const bytes = original.slice();
          for (const { at, byte } of changes) bytes[at % bytes.byteLength] = byte;
          await readBytes(bytes).catch((error: unknown) => assert.ok(error instanceof ModelLoadError, String(error)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never does anything but refuse, whatever the bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        const bytes = concatBytes([varintField(1, 8), tail]);
        await readBytes(bytes).catch((error: unknown) => assert.ok(error instanceof ModelLoadError, String(error)));
      }),
      { numRuns: 2000 },
    );
  });
});
