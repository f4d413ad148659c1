import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callsOf, post, query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { affineModel, slowModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };

/** A flower that tells itself from others: the model's score depends on the petal. */
function flowerNumber(index: number): typeof flower {
  return { ...flower, petalLength: 1 + index / 16 };
}

describe('batching over HTTP', async () => {
  await test('64 aliases in one query are one call', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    const before = callsOf(gateway, 'iris').length;
    const aliases = Array.from({ length: 64 }, (_, index) => {
      const fields = Object.entries(flowerNumber(index)).map(([name, value]) => `${name}: ${value}`);
      return `row${index}: iris(input: { ${fields.join(', ')} }) { label score meta { batchSize } }`;
    });
    const { data, errors } = await query(gateway, `{ predict { ${aliases.join('\n')} } }`);
    assert.deepEqual(errors, []);
    assert.equal(callsOf(gateway, 'iris').length - before, 1);
    assert.equal(callsOf(gateway, 'iris').at(-1)?.['batchSize'], 64);
    for (let index = 0; index < 64; index += 1) assert.equal(data.predict[`row${index}`].meta.batchSize, 64);
    assert.equal(data.predict.row0.label, 'setosa');
    assert.equal(data.predict.row63.label, 'versicolor');
  });

  await test('an array of 64 operations is one call', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    const before = callsOf(gateway, 'iris').length;
    const document = 'query($i: IrisInput!) { predict { iris(input: $i) { label meta { batchSize } } } }';
    const operations = Array.from({ length: 64 }, (_, index) => ({
      query: document,
      variables: { i: flowerNumber(index) },
    }));
    const response = await post(gateway, JSON.stringify(operations));
    const results = (await response.json()) as { data: { predict: { iris: { meta: { batchSize: number } } } } }[];
    assert.equal(results.length, 64);
    for (const { data } of results) assert.equal(data.predict.iris.meta.batchSize, 64);
    assert.equal(callsOf(gateway, 'iris').length - before, 1);
  });

  await test('a list field of 64 is one call, and each row gets its own answer', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    const document = 'query($i: [IrisInput!]!) { predict { irisBatch(inputs: $i) { score meta { batchSize } } } }';
    const inputs = Array.from({ length: 64 }, (_, index) => flowerNumber(index));
    const single = 'query($i: IrisInput!) { predict { iris(input: $i) { score } } }';
    const alone = [];
    for (const input of inputs) alone.push((await query(gateway, single, { i: input })).data.predict.iris.score);
    const before = callsOf(gateway, 'iris').length;
    const { data } = await query(gateway, document, { i: inputs });
    assert.equal(callsOf(gateway, 'iris').length - before, 1);
    const rows = data.predict.irisBatch as { score: number; meta: { batchSize: number } }[];
    for (const [index, row] of rows.entries()) {
      assert.equal(row.meta.batchSize, 64);
      assert.ok(Math.abs(row.score - alone[index]) < 1e-6, `row ${index} has the answer of another row`);
    }
  });

  await test('64 clients at once, while the instance is busy, are merged into few calls', async (context) => {
    const models = await temporaryFolder(context, { 'slow/1/model.onnx': slowModel({ iterations: 20_000 }) });
    const gateway = await startTestGateway(context, models);
    const before = callsOf(gateway, 'slow').length;
    const document = 'query($x: Float!) { predict { slow(input: { x: $x }) { y meta { batchSize } } } }';
    const numbers = Array.from({ length: 65 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((x) => query(gateway, document, { x })));
    assert.deepEqual(
      answers.map(({ data }) => data.predict.slow.y),
      numbers,
    );
    const calls = callsOf(gateway, 'slow').slice(before);
    assert.equal(
      calls.reduce((sum, call) => sum + Number(call['batchSize']), 0),
      65,
    );
    assert.ok(calls.length <= 6, `65 rows took ${calls.length} calls`);
    assert.ok(answers.some(({ data }) => data.predict.slow.meta.batchSize >= 16));
  });

  await test('raw inference shares calls with typed predictions', async (context) => {
    const models = await temporaryFolder(context, {
      'affine/1/model.onnx': affineModel({ scale: 2, offset: 1, width: 3 }),
    });
    const gateway = await startTestGateway(context, models);
    const { data: meta } = await query(
      gateway,
      '{ model(name: "affine") { features { name } defaultVersion { signature { inputs { name } outputs { name } } } } }',
    );
    const { inputs, outputs } = meta.model.defaultVersion.signature;
    const document = `query($raw: InferInput!) {
      infer(input: $raw) { outputs { shape values } meta { batchSize } }
      predict { affine(input: { ${meta.model.features[0].name}: [10, 20, 30] }) { ${outputs[0].name} { values } meta { batchSize } } }
    }`;
    const raw = {
      model: 'affine',
      inputs: [
        {
          name: inputs[0].name,
          datatype: 'FP32',
          shape: [2, 3],
          values: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
      ],
    };
    const { data, errors } = await query(gateway, document, { raw });
    assert.deepEqual(errors, []);
    assert.deepEqual(data.infer.outputs, [
      {
        shape: [2, 3],
        values: [
          [3, 5, 7],
          [9, 11, 13],
        ],
      },
    ]);
    assert.deepEqual(data.predict.affine[outputs[0].name].values, [21, 41, 61]);
    assert.equal(data.infer.meta.batchSize, 3);
    assert.equal(data.predict.affine.meta.batchSize, 3);
  });
});
