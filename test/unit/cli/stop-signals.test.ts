import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { onStopSignal, type StopSignal } from '../../../src/cli/stop-signals.ts';

/** A process whose signals and clock are in the hand of the test. */
function puppetProcess() {
  const emitter = new EventEmitter();
  const raised: StopSignal[] = [];
  const stops: StopSignal[] = [];
  let time = 1_000_000;
  onStopSignal(
    {
      on: (signal, listener) => emitter.on(signal, listener),
      off: (signal, listener) => emitter.off(signal, listener),
      raise: (signal) => raised.push(signal),
      now: () => time,
    },
    (signal) => stops.push(signal),
  );
  return {
    raised,
    stops,
    /** Whether the process still does something of its own at a signal. */
    listens: () => emitter.eventNames().length > 0,
    signal: (signal: StopSignal, afterMs = 0) => {
      time += afterMs;
      emitter.emit(signal, signal);
    },
  };
}

describe('onStopSignal', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`calls back at ${signal}`, () => {
      const puppet = puppetProcess();
      puppet.signal(signal, 60_000);
      assert.deepEqual(puppet.stops, [signal]);
      assert.deepEqual(puppet.raised, []);
    });
  }

  test('takes a Ctrl-C that npm hands on as well for one', () => {
    const puppet = puppetProcess();
    puppet.signal('SIGINT');
    puppet.signal('SIGINT', 30);
    puppet.signal('SIGTERM', 400);
    assert.deepEqual(puppet.stops, ['SIGINT']);
    assert.deepEqual(puppet.raised, []);
  });

  test('ends the process at once at a later signal, whichever it is', () => {
    const puppet = puppetProcess();
    puppet.signal('SIGTERM');
    puppet.signal('SIGINT', 500);
    assert.deepEqual(puppet.stops, ['SIGTERM']);
    assert.deepEqual(puppet.raised, ['SIGINT']);
    assert.ok(!puppet.listens(), 'the signal that is raised would be listened for again');
  });
});
