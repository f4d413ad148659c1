import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { GatewayError } from '../../../../src/errors.ts';
import { beginRequest } from '../../../../src/observability/tracing/spans.ts';
import type { RequestSpans } from '../../../../src/observability/tracing/trace.ts';
import { WallClock } from '../../../../src/observability/tracing/wall-clock.ts';

const model = { name: 'm', version: 1 };
const late = new GatewayError('DEADLINE_EXCEEDED', 'It says 5.1.');

function record() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const parts = { tracer: provider.getTracer('test'), clock: new WallClock() };
  const begin = (): RequestSpans => {
    const { spans } = beginRequest(parts, 'POST /graphql', performance.now(), {}, ROOT_CONTEXT);
    return spans ?? assert.fail('it is recorded');
  };
  const ended = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
  return { begin, ended };
}

suite('The spans of a request', () => {
  test('say of rows that were never called that they waited in vain, and not why in words', async () => {
    const { begin, ended } = record();
    const field = begin().operation().field('predict', model);
    field.queued(performance.now(), 2);
    await assert.rejects(field.until(Promise.reject(late)), late);
    const [queue] = ended('queue');
    assert.deepEqual(queue?.status, { code: 2, message: 'DEADLINE_EXCEEDED' });
    assert.deepEqual(ended('predict m')[0]?.attributes, {
      'inferql.model': 'm',
      'inferql.version': 1,
      'inferql.rows': 2,
      'error.type': 'DEADLINE_EXCEEDED',
    });
  });

  test('have no queue where rows were refused on arrival', async () => {
    const { begin, ended } = record();
    const field = begin().operation().field('predict', model);
    await assert.rejects(field.until(Promise.reject(new Error('It says 5.1.'))));
    assert.equal(ended('queue').length, 0);
    assert.equal(ended('predict m')[0]?.status.message, 'INTERNAL_SERVER_ERROR');
  });

  test('end with the request where an operation was left, and an operation ends once', () => {
    const { begin, ended } = record();
    const request = begin();
    const [answered, left] = [request.operation(), request.operation()];
    answered.end({ type: 'query', name: null, errorCodes: [] });
    request.end({ status: 200, isAborted: true, errorCodes: new Set() });
    left.end({ type: 'mutation', name: null, errorCodes: [] });
    assert.deepEqual([ended('query').length, ended('GraphQL Operation').length, ended('mutation').length], [1, 1, 0]);
    assert.deepEqual(ended('POST /graphql')[0]?.attributes, { 'inferql.aborted': true });
  });

  test('are failures of the server only from 500 on', () => {
    const { begin, ended } = record();
    begin().end({ status: 400, isAborted: false, errorCodes: new Set(['BAD_REQUEST']) });
    begin().end({ status: 503, isAborted: false, errorCodes: new Set(['OVERLOADED']) });
    assert.deepEqual(
      ended('POST /graphql').map(({ status, attributes }) => [status.code, attributes['error.type']]),
      [
        [0, undefined],
        [2, 'OVERLOADED'],
      ],
    );
  });

  test('link a call to all that share it, and each of them to the call', () => {
    const { begin, ended } = record();
    const fields = [1, 2, 3].map(() => begin().operation().field('predict', model));
    const [first] = fields;
    const call = { model: 'm', version: 1, startedAt: 5, endedAt: 7, batchSize: 9, computeMs: 1 };
    const sharers = new Map(fields.map((field, index) => [field, index + 1]));
    first?.called({ ...call, outcome: 'succeeded', error: null }, sharers);
    const [batch] = ended('batch m');
    const computes = ended('compute');
    assert.ok(batch !== undefined);
    assert.deepEqual(
      batch.links.map(({ context, attributes }) => [context.spanId, attributes?.['inferql.rows']]),
      computes.map((compute, index) => [compute.spanContext().spanId, index + 1]),
    );
    for (const { links } of computes) {
      assert.deepEqual(
        links.map(({ context }) => context.spanId),
        [batch.spanContext().spanId],
      );
    }
    assert.equal(new Set(computes.map((span) => span.spanContext().traceId)).size, 3);
    assert.equal(batch.parentSpanContext?.spanId, computes[0]?.spanContext().spanId);
  });
});
