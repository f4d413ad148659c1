import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'graphql';
import type { ModelFacts } from '../../../playground/model-list.ts';
import { exampleTab, preparedTabs } from '../../../playground/prepared-tabs.ts';

function model(name: string, variables: string | null = '{"input":{"x":1}}', task = 'tensor'): ModelFacts {
  const query = `query ${name}($input: Input!) {\n  predict\n}`;
  return { name, title: null, description: null, task, ready: true, example: { query, variables } };
}

describe('the prepared tabs', () => {
  it('are an overview, and one for each model that has an example', () => {
    const models = [model('a'), { ...model('gone'), example: null }, model('b')];
    const names = preparedTabs(models).map(({ query }) => /query (\w+)/.exec(query)?.[1]);
    assert.deepEqual(names, ['Overview', 'a', 'b']);
    for (const { query } of preparedTabs(models)) assert.doesNotThrow(() => parse(query));
  });

  it('are no more than a screen has room for', () => {
    const many = Array.from({ length: 300 }, (_, index) => model(`m${index}`));
    assert.equal(preparedTabs(many).length, 13);
  });

  it('have their variables as people write them', () => {
    assert.equal(exampleTab(model('a'))?.variables, '{\n  "input": {\n    "x": 1\n  }\n}');
  });

  it('say how to complete an example without variables', () => {
    const picture = exampleTab(model('a', null, 'image-classification'));
    assert.match(picture?.query ?? '', /^# Paste or drop a picture/);
    assert.equal(picture?.variables, '{}');
    assert.match(exampleTab(model('a', null))?.query ?? '', /^# Its input is too large/);
  });
});
