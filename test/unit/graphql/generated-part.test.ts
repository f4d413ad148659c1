import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GeneratedParts } from '../../../src/graphql/generated-part.ts';
import { buildStaticSchema } from '../../../src/graphql/static-schema.ts';
import { madeUpModel } from '../../helpers/made-up-models.ts';

const base = buildStaticSchema();
const parts = new GeneratedParts(base);
const plain = madeUpModel(base, { name: 'iris' });

describe('a version that only says more of itself', () => {
  for (const [what, manifest] of [
    ['of a feature, by an example', { features: [{ name: 'x', example: 5.1 }] }],
    ['of a feature, in words', { features: [{ name: 'x', description: 'Sepal length', unit: 'cm' }] }],
    ['of the model', { title: 'Iris', description: 'Tells irises apart.' }],
  ] as const) {
    test(`${what}, breaks nothing, keeps its contract, and changes the text`, () => {
      const telling = madeUpModel(base, { name: 'iris', version: 2, manifest });
      assert.deepEqual(parts.breaks(plain, telling), []);
      assert.equal(telling.contract, plain.contract);
      assert.notEqual(parts.of(telling).sdl, parts.of(plain).sdl);
    });
  }
});
