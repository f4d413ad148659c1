import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf } from '../../../src/observability/metrics/histogram.ts';
import { RepositoryRecorder } from '../../../src/repository/repository-recorder.ts';
import { toyRepository } from '../../helpers/toy-repository.ts';

test('swaps, failures and loads are counted as a folder changes', async (context) => {
  const recorder = new RepositoryRecorder(() => 0);
  const { repository, write, remove } = await toyRepository(
    context,
    { 'shop/1/model.toy': 'one' },
    { onEvent: (event) => recorder.record(event) },
  );
  const counted = () => {
    const readings = recorder.readings((model) => repository.models.has(model));
    const phases = readings.inferql_model_phases_total ?? [];
    const of = (phase: string) => phases.find(([labels]) => labels[1] === phase)?.[1] ?? 0;
    const [, loads] = readings.inferql_model_load_duration_seconds?.[0] ?? [];
    return {
      swaps: readings.inferql_model_swaps_total?.[0]?.[1],
      ready: of('READY'),
      failed: of('FAILED'),
      held: of('HELD'),
      loads: typeof loads === 'object' ? countOf(loads) : 0,
    };
  };
  await repository.load();
  assert.deepEqual(counted(), { swaps: 0, ready: 1, failed: 0, held: 0, loads: 1 });

  await write('shop/2/model.toy', 'broken');
  await repository.refresh('shop');
  assert.deepEqual(counted(), { swaps: 0, ready: 1, failed: 1, held: 0, loads: 2 });

  await write('shop/2/model.toy', 'two promised!');
  await repository.refresh('shop');
  assert.deepEqual(counted(), { swaps: 1, ready: 2, failed: 1, held: 0, loads: 3 });

  // The version that serves has other files.
  await write('shop/2/model.toy', 'two and more promised!');
  await repository.refresh('shop');
  assert.deepEqual(counted(), { swaps: 2, ready: 3, failed: 1, held: 0, loads: 4 });

  await write('shop/3/model.toy', 'without the word');
  await repository.refresh('shop');
  assert.deepEqual(counted(), { swaps: 2, ready: 3, failed: 1, held: 1, loads: 5 });

  await remove('shop');
  await repository.rescan();
  assert.equal(counted().swaps, 2);
});
