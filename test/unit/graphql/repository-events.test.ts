import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventSource, messageOf } from '../../../src/graphql/repository-events.ts';
import type { RepositoryEvent } from '../../../src/repository/model-entry.ts';

const model = 'iris';
const since = new Date(0);
const nothing = { version: null, phase: null, update: false, label: null, from: null, order: null, reason: null };

describe('an event has all fields, and words', () => {
  for (const [event, fields, message] of [
    [
      { kind: 'STATE', model, version: 3, update: false, state: { phase: 'READY', since } },
      { version: 3, phase: 'READY' },
      'Version 3 is READY.',
    ],
    [
      { kind: 'STATE', model, version: 3, update: true, state: { phase: 'FAILED', since, reason: 'It is corrupt.' } },
      { version: 3, phase: 'FAILED', update: true, reason: 'It is corrupt.' },
      'What version 3 was changed to is FAILED: It is corrupt.',
    ],
    [
      { kind: 'DEFAULT', model, version: 3, from: 2 },
      { version: 3, from: 2 },
      'Version 3 serves requests that name none, and no longer version 2.',
    ],
    [{ kind: 'DEFAULT', model, version: 3, from: null }, { version: 3 }, 'Version 3 serves requests that name none.'],
    [{ kind: 'DEFAULT', model, version: null, from: 2 }, { from: 2 }, 'No version serves any more; it was version 2.'],
    [
      { kind: 'LABEL', model, label: 'stable', version: 3, from: 2 },
      { label: 'stable', version: 3, from: 2 },
      'The label "stable" names version 3, and no longer version 2.',
    ],
    [
      { kind: 'LABEL', model, label: 'stable', version: null, from: 2 },
      { label: 'stable', from: 2 },
      'The label "stable" names no version any more; it was version 2.',
    ],
    [{ kind: 'PROBLEM', model, problem: 'It is empty.' }, { reason: 'It is empty.' }, 'It is empty.'],
    [{ kind: 'PROBLEM', model, problem: null }, {}, 'What was wrong with the folder or its manifest is so no longer.'],
    [{ kind: 'REMOVED', model }, {}, "The model's folder went."],
    [
      { kind: 'ORDER', model, order: 'LOAD', version: null },
      { order: 'LOAD' },
      'The model was loaded by hand: what was unloaded is taken back.',
    ],
    [
      { kind: 'ORDER', model, order: 'LOAD', version: 2 },
      { order: 'LOAD', version: 2 },
      'Version 2 was loaded by hand.',
    ],
    [
      { kind: 'ORDER', model, order: 'UNLOAD', version: null },
      { order: 'UNLOAD' },
      'Every version was unloaded by hand.',
    ],
    [
      { kind: 'ORDER', model, order: 'UNLOAD', version: 2 },
      { order: 'UNLOAD', version: 2 },
      'Version 2 was unloaded by hand.',
    ],
    [
      { kind: 'ORDER', model, order: 'ACCEPT', version: 2 },
      { order: 'ACCEPT', version: 2 },
      'Version 2 was accepted by hand.',
    ],
  ] satisfies readonly (readonly [RepositoryEvent, object, string])[]) {
    test(message, () => {
      assert.equal(messageOf(event), message);
      const at = new Date(1);
      assert.deepEqual(eventSource({ ...event, at }), { ...nothing, kind: event.kind, model, at, message, ...fields });
    });
  }
});
