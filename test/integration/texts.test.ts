import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { callsOf, query, startTestGateway } from '../helpers/gateway.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';
import { maskedTextModel, stringModel } from '../helpers/text-models.ts';
import { tokenizerFile } from '../helpers/tokenizer-fixtures.ts';

async function startTexts(test: TestScope) {
  const models = await temporaryFolder(test, {
    'spam/model.yaml': 'task: text-classification\noutputs: { scores: logits, activation: softmax }\n',
    'spam/1/model.onnx': maskedTextModel(),
    'spam/1/tokenizer.json': tokenizerFile('wordpiece'),
    'spam/1/config.json': JSON.stringify({ id2label: { 0: 'ham', 1: 'spam' } }),
    'embed/model.yaml': 'task: feature-extraction\ntext: { maxTokens: 16, example: Free entry! }\n',
    'embed/1/model.onnx': maskedTextModel(),
    'embed/1/tokenizer.json': tokenizerFile('unigram-xlmr'),
    'plain/model.yaml': 'task: text-classification\nlabels: [spam, ham]\n',
    'plain/1/model.onnx': stringModel(),
    'broken/model.yaml': 'task: text-classification\n',
    'broken/1/model.onnx': maskedTextModel(),
  });
  return startTestGateway(test, models);
}

describe('texts over HTTP', async () => {
  await test('a text is classified, by the labels of config.json', async (context) => {
    const gateway = await startTexts(context);
    const document = '{ predict { spam(input: { text: "Free entry" }) { label score scores { label score } } } }';
    const { data, errors } = await query(gateway, document);
    assert.deepEqual(errors, []);
    const { label, score, scores } = data.predict.spam;
    assert.deepEqual(scores.map((each: { label: string }) => each.label).toSorted(), ['ham', 'spam']);
    assert.equal(scores[0].label, label);
    assert.equal(scores[0].score, score);
    assert.ok(Math.abs(scores[0].score + scores[1].score - 1) < 1e-6);
  });

  await test('a graph that takes strings needs no tokenizer', async (context) => {
    const gateway = await startTexts(context);
    const document = 'query($i: [PlainInput!]!) { predict { plainBatch(inputs: $i) { label } } }';
    const { data, errors } = await query(gateway, document, { i: [{ text: 'spam' }, { text: '' }, { text: 'a\0' }] });
    assert.deepEqual(data.predict.plainBatch, [{ label: 'spam' }, { label: 'ham' }, null]);
    assert.equal(errors[0]?.extensions.details?.['reason'], 'INVALID_TEXT');
  });

  await test('an embedding comes as numbers or as base64, with its dimension', async (context) => {
    const gateway = await startTexts(context);
    const document = `{ predict { embed(input: { text: "Free entry" }) {
      embedding raw: embedding(normalize: false) binary: embedding(encoding: BASE64) dimension
    } } }`;
    const { data, errors } = await query(gateway, document);
    assert.deepEqual(errors, []);
    const { embedding, raw, binary, dimension } = data.predict.embed;
    assert.equal(dimension, 4);
    assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6);
    for (const [index, value] of raw.entries()) {
      assert.ok(Math.abs(value / Math.hypot(...raw) - embedding[index]) < 1e-6);
    }
    const bytes = Buffer.from(binary, 'base64');
    assert.deepEqual(
      embedding,
      Array.from(embedding, (_, index) => bytes.readFloatLE(index * 4)),
    );
  });

  await test('a model of tokens without its tokenizer is not served, and says what it needs', async (context) => {
    const gateway = await startTexts(context);
    const { data } = await query(gateway, '{ model(name: "broken") { versions { state { phase reason } } } }');
    assert.equal(data.model.versions[0].state.phase, 'FAILED');
    assert.match(data.model.versions[0].state.reason, /there is no tokenizer.json/);
  });

  await test('a text gives the same alone and in a call with longer ones', async (context) => {
    const gateway = await startTexts(context);
    const one = 'query($i: EmbedInput!) { predict { embed(input: $i) { embedding } } }';
    const many = `query($i: [EmbedInput!]!, $j: [SpamInput!]!) { predict {
      embedBatch(inputs: $i) { embedding meta { batchSize } } spamBatch(inputs: $j) { score label }
    } }`;
    const alone = 'query($i: SpamInput!) { predict { spam(input: $i) { score label } } }';
    const words = fc.array(fc.constantFrom('free', 'entry', 'I', 'am', 'ok', '😀', 'größe', '', '中文'), {
      maxLength: 12,
    });
    const texts = fc.array(
      words.map((some) => some.join(' ')),
      { minLength: 2, maxLength: 6 },
    );
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const inputs = given.map((text) => ({ text }));
        const { data, errors } = await query(gateway, many, { i: inputs, j: inputs });
        assert.deepEqual(errors, []);
        for (const [index, input] of inputs.entries()) {
          const embedded = (await query(gateway, one, { i: input })).data.predict.embed;
          const classified = (await query(gateway, alone, { i: input })).data.predict.spam;
          const together = data.predict.embedBatch[index];
          if (together.meta.batchSize > 1) shared += 1;
          for (const [place, value] of together.embedding.entries()) {
            assert.ok(Math.abs(value - embedded.embedding[place]) < 1e-5, `"${given[index]}" differs at ${place}`);
          }
          assert.equal(data.predict.spamBatch[index].label, classified.label);
          assert.ok(Math.abs(data.predict.spamBatch[index].score - classified.score) < 1e-5);
        }
      }),
      { numRuns: 25 },
    );
    assert.ok(shared > 0, 'no text shared a call');
    assert.ok(callsOf(gateway, 'embed').length > 0);
  });
});
