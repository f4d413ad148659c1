import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textClassification } from '../../../src/tasks/text-classification.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { anyRow, taskContext } from '../../helpers/shared-types.ts';

const text: readonly RowPort[] = [{ name: 'text', datatype: 'BYTES', shape: [1] }];
const logits: readonly RowPort[] = [{ name: 'logits', datatype: 'FP32', shape: [3] }];

function bind(manifest: object, config?: object | string) {
  const content = typeof config === 'string' ? config : JSON.stringify(config);
  const files = new Map(config === undefined ? [] : [['config.json', Buffer.from(content)]]);
  return textClassification.bind(taskContext(text, logits, { task: 'text-classification', ...manifest }, files));
}

describe('text-classification', async () => {
  await test('a text goes in, the label and the scores come out', () => {
    const task = bind({ labels: ['a', 'b', 'c'], outputs: { activation: 'softmax' } });
    const scores = { datatype: 'FP32', shape: [3], data: Float32Array.of(0, 1, 0) } as const;
    const { label } = task.decode(new Map([['logits', scores]]), anyRow) as { label: string };
    assert.equal(label, 'b');
    assert.deepEqual(Object.keys(task.inputType.getFields()), ['text']);
    assert.deepEqual(Object.keys(task.outputType.getFields()), ['label', 'score', 'scores', 'meta']);
  });

  await test('labels come from config.json where the manifest has none', () => {
    const config = { id2label: { 1: 'neutral', 2: 'positive', 0: 'negative' } };
    assert.deepEqual(bind({}, config).labels, ['negative', 'neutral', 'positive']);
    assert.deepEqual(bind({ labels: ['a', 'b', 'c'] }, config).labels, ['a', 'b', 'c']);
    assert.deepEqual(bind({}, { model_type: 'bert' }).labels, ['0', '1', '2']);
    assert.deepEqual(bind({}).labels, ['0', '1', '2']);
  });

  await test('a config.json that cannot be meant is refused', () => {
    const refused: readonly [object | string, RegExp][] = [
      ['{', /config.json is no JSON/],
      [{ id2label: { 0: 'a', 2: 'c' } }, /id2label without the number 1/],
      [{ id2label: { first: 'a', second: 'b' } }, /no object of numbers and names/],
    ];
    for (const [config, message] of refused) assert.throws(() => bind({}, config), { name: 'ModelLoadError', message });
  });
});
