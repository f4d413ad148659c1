import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readTraceParent } from '../../../../src/observability/tracing/trace-parent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

suite('The header traceparent', () => {
  test('names the trace, the span that called, and whether it is recorded', () => {
    assert.deepEqual(readTraceParent(`00-${traceId}-${spanId}-01`), { traceId, spanId, isSampled: true });
    assert.deepEqual(readTraceParent(`00-${traceId}-${spanId}-00`), { traceId, spanId, isSampled: false });
    assert.deepEqual(readTraceParent(` 00-${traceId}-${spanId}-03 `), { traceId, spanId, isSampled: true });
  });

  test('of a later version may have more to say', () =>
    assert.deepEqual(readTraceParent(`cc-${traceId}-${spanId}-01-more`), { traceId, spanId, isSampled: true }));

  for (const header of [
    undefined,
    '',
    traceId,
    [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`],
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}`,
    `00-${traceId.slice(1)}-${spanId}-01`,
  ]) {
    test(`does not count as ${JSON.stringify(header)}`, () => assert.equal(readTraceParent(header), null));
  }

  test('gives ids that are safe in logs and headers, whatever it says', () =>
    fc.assert(
      fc.property(fc.string(), (header) => {
        const parent = readTraceParent(header);
        assert.ok(parent === null || /^[\da-f]{48}$/.test(parent.traceId + parent.spanId));
      }),
    ));
});
