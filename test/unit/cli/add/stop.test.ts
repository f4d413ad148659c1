import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CommandEnvironment } from '../../../../src/cli/command.ts';
import { abortWhenStopped } from '../../../../src/cli/add/stop.ts';

suite('a signal that asks add to stop', () => {
  test('is told at once, before what runs at the moment has ended', () => {
    const told: string[] = [];
    let stop: (signal: string) => void = () => assert.fail('nobody listens');
    const errors = { write: (text: string) => told.push(text) > 0 } as CommandEnvironment['errors'];
    const signal = abortWhenStopped({ errors, onStopSignal: (callback) => (stop = callback) });
    assert.equal(signal.aborted, false);
    stop('SIGINT');
    assert.deepEqual(told, ['inferql: SIGINT: stopping, once more ends it at once.\n']);
    assert.throws(() => signal.throwIfAborted(), /^ModelLoadError: Stopped by SIGINT: nothing was put into place\.$/);
  });
});
