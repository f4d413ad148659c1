import type { PastEvent } from '../repository/event-history.ts';
import type { Order, RepositoryEvent } from '../repository/model-entry.ts';
import type { RepositoryEvent as EventSource } from './generated/resolvers.ts';

/** An event as resolvers give it out: with all fields, those that its kind has not being null. */
export function eventSource({ at, ...event }: PastEvent): EventSource {
  const { kind, model } = event;
  const facts = { version: null, phase: null, update: false, label: null, from: null, order: null, reason: null };
  const source = { ...facts, at, kind, model, message: messageOf(event) };
  switch (event.kind) {
    case 'STATE': {
      const { version, update, state } = event;
      return { ...source, version, update, phase: state.phase, reason: 'reason' in state ? state.reason : null };
    }
    case 'DEFAULT':
      return { ...source, version: event.version, from: event.from };
    case 'LABEL':
      return { ...source, label: event.label, version: event.version, from: event.from };
    case 'PROBLEM':
      return { ...source, reason: event.problem };
    case 'REMOVED':
      return source;
    case 'ORDER':
      return { ...source, order: event.order, version: event.version };
  }
}

/** An event in words. */
export function messageOf(event: RepositoryEvent): string {
  switch (event.kind) {
    case 'STATE': {
      const { version, update, state } = event;
      const what = update ? `What version ${version} was changed to` : `Version ${version}`;
      return `${what} is ${state.phase}${'reason' in state ? `: ${state.reason}` : '.'}`;
    }
    case 'DEFAULT':
      return event.version === null
        ? `No version serves any more; it was version ${event.from}.`
        : `Version ${event.version} serves requests that name none${instead(event.from)}.`;
    case 'LABEL':
      return event.version === null
        ? `The label "${event.label}" names no version any more; it was version ${event.from}.`
        : `The label "${event.label}" names version ${event.version}${instead(event.from)}.`;
    case 'PROBLEM':
      return event.problem ?? 'What was wrong with the folder or its manifest is so no longer.';
    case 'REMOVED':
      return "The model's folder went.";
    case 'ORDER':
      return orderWords(event);
  }
}

function instead(from: number | null): string {
  return from === null ? '' : `, and no longer version ${from}`;
}

function orderWords({ order, version }: Order): string {
  if (order === 'ACCEPT') return `Version ${version} was accepted by hand.`;
  if (order === 'LOAD') {
    return version === null
      ? 'The model was loaded by hand: what was unloaded is taken back.'
      : `Version ${version} was loaded by hand.`;
  }
  return version === null ? 'Every version was unloaded by hand.' : `Version ${version} was unloaded by hand.`;
}
