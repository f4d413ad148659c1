import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../../src/observability/metrics/readings.ts';
import { ReportBook } from '../../../src/processes/report-book.ts';

/** A process that has swapped models and answered requests so often, and has one of some instances busy. */
function report(swaps: Readonly<Record<string, number>>, answered: number): Report {
  return {
    sinceStart: {
      inferql_model_phases_total: Object.keys(swaps).map((model) => [[model, 'READY'], 1]),
      inferql_model_swaps_total: Object.entries(swaps).map(([model, count]) => [[model], count]),
      inferql_http_requests_total: [[['/graphql', '200'], answered]],
      inferql_http_requests_in_flight: [[[], 1]],
    },
    lastMinute: { inferql_inferences_total: [[['iris', '1', 'success'], answered]] },
  };
}

function figuresOf({ sinceStart, lastMinute }: Report) {
  const swaps = sinceStart.inferql_model_swaps_total ?? [];
  return {
    swaps: Object.fromEntries(swaps.map(([[model = ''], count]) => [model, count])),
    answered: sinceStart.inferql_http_requests_total?.[0]?.[1],
    inFlight: sinceStart.inferql_http_requests_in_flight?.[0]?.[1],
    lastMinute: lastMinute.inferql_inferences_total?.[0]?.[1],
  };
}

test('sums do not go down when a process ends and another takes its place', () => {
  const book = new ReportBook();
  book.note(1, report({ iris: 1 }, 10));
  book.note(2, report({ iris: 2 }, 20));
  assert.deepEqual(figuresOf(book.whole), { swaps: { iris: 3 }, answered: 30, inFlight: 2, lastMinute: 30 });
  book.ended(2);
  assert.deepEqual(figuresOf(book.whole), { swaps: { iris: 3 }, answered: 30, inFlight: 1, lastMinute: 10 });
  book.note(2, report({ iris: 0 }, 1));
  assert.deepEqual(figuresOf(book.whole), { swaps: { iris: 3 }, answered: 31, inFlight: 2, lastMinute: 11 });
  book.ended(2);
  book.ended(2);
  book.ended(1);
  book.note(1, report({ iris: 0 }, 0));
  assert.deepEqual(figuresOf(book.whole), { swaps: { iris: 3 }, answered: 31, inFlight: 1, lastMinute: 0 });
});

test('a process that does not report stands as it last did', () => {
  const book = new ReportBook();
  book.note(1, report({}, 10));
  book.note(2, report({}, 20));
  book.note(1, report({}, 11));
  assert.equal(figuresOf(book.whole).answered, 31);
});

test('models that all processes have forgotten are forgotten of those that ended too', () => {
  const book = new ReportBook();
  book.note(1, report({ iris: 1, spam: 1 }, 1));
  book.note(2, report({ iris: 1, spam: 1 }, 1));
  book.ended(2);
  book.note(1, report({ iris: 1 }, 1));
  assert.deepEqual(figuresOf(book.whole).swaps, { iris: 2 });
  book.note(1, report({ iris: 1, spam: 0 }, 1));
  assert.deepEqual(figuresOf(book.whole).swaps, { iris: 2, spam: 0 });
});
