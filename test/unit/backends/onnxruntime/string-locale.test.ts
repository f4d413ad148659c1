import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { applyEdits, editsOfGraph } from '../../../../src/backends/onnxruntime/graph-edits.ts';
import { nameLocales } from '../../../../src/backends/onnxruntime/string-locale.ts';
import { type AttributeSpec, model, tensorValue } from '../../../helpers/onnx-builder.ts';
import { readBytes } from './read-bytes.ts';

/** StringNormalizers behind each other. */
function normalisers(...attributes: readonly Readonly<Record<string, AttributeSpec>>[]): Uint8Array {
  return model({
    inputs: [tensorValue('y0', 'BYTES', ['N'])],
    outputs: [tensorValue(`y${attributes.length}`, 'BYTES', [null])],
    nodes: attributes.map((each, index) => ({
      op: 'StringNormalizer',
      inputs: [`y${index}`],
      outputs: [`y${index + 1}`],
      attributes: each,
    })),
  });
}

suite('the locale of a StringNormalizer', () => {
  test('is C where the file names none, and nothing else changes', async () => {
    const lower = { case_change_action: { string: 'LOWER' }, stopwords: { strings: Array<string>(100).fill('word') } };
    const original = normalisers(lower, {}, { ...lower, locale: { string: 'de_DE.UTF-8' } });
    const { graph } = await readBytes(original);
    const { edits, notes } = nameLocales(graph);
    assert.deepEqual(
      notes.map((note) => /behind "(\w+)" names no locale, and gets "C".*beyond ASCII keep the case/.exec(note)?.[1]),
      ['y1', 'y2'],
    );
    const changed = applyEdits(original, editsOfGraph(graph, edits));
    const text = Buffer.from(changed).toString('latin1');
    assert.equal(text.match(/locale/g)?.length, 3);
    assert.match(text, /de_DE\.UTF-8/);
    const rewritten = await readBytes(changed);
    const shape = ({ producers }: typeof graph) =>
      [...producers.values()].map(({ operator, inputs, outputs }) => [operator, inputs, outputs]);
    assert.deepEqual(shape(rewritten.graph), shape(graph));
    assert.deepEqual(nameLocales(rewritten.graph), { edits: [], notes: [] });
  });

  test('is left alone in other domains', async () => {
    const { graph } = await readBytes(
      model({
        opsets: { '': 17, 'my.domain': 1 },
        inputs: [tensorValue('x', 'BYTES', ['N'])],
        outputs: [tensorValue('y', 'BYTES', ['N'])],
        nodes: [{ op: 'StringNormalizer', domain: 'my.domain', inputs: ['x'], outputs: ['y'] }],
      }),
    );
    assert.deepEqual(nameLocales(graph), { edits: [], notes: [] });
  });
});
