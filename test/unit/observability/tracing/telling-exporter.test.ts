import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { TellingExporter } from '../../../../src/observability/tracing/telling-exporter.ts';
import { recordLog } from '../../../helpers/log.ts';

/** An exporter that fails, or not, as it is told. */
function puppetExporter() {
  const puppet = { error: undefined as Error | undefined, exported: 0 };
  const exporter: SpanExporter = {
    export: (spans, tell) => {
      puppet.exported += spans.length;
      tell(
        puppet.error === undefined
          ? { code: ExportResultCode.SUCCESS }
          : { code: ExportResultCode.FAILED, error: puppet.error },
      );
    },
    shutdown: () => Promise.resolve(),
  };
  return { puppet, exporter };
}

suite('The exporter of spans', () => {
  test('says once that they cannot be sent, and once that they can be again, with how many were lost', async () => {
    const { logger, lines } = recordLog();
    const { puppet, exporter } = puppetExporter();
    const telling = new TellingExporter(exporter, logger);
    const codes: number[] = [];
    const send = (count: number) =>
      telling.export(Array<ReadableSpan>(count).fill({} as ReadableSpan), ({ code }) => codes.push(code));
    send(1);
    puppet.error = new Error('connect ECONNREFUSED');
    send(2);
    send(3);
    puppet.error = undefined;
    send(4);
    send(5);
    puppet.error = new Error('again');
    send(6);
    await new Promise(setImmediate);
    assert.equal(puppet.exported, 21);
    assert.deepEqual(
      lines.map(({ level, message, error, lostSpans }) => [level, message, error ?? lostSpans]),
      [
        ['warn', 'traces cannot be sent', 'connect ECONNREFUSED'],
        ['info', 'traces are sent again', 5],
        ['warn', 'traces cannot be sent', 'again'],
      ],
    );
    assert.deepEqual(codes, [0, 0, 0, 0, 0, 0]);
  });
});
