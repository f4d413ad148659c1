import type { RequestTracer } from './trace.ts';
import { readTraceParent } from './trace-parent.ts';

/** Records nothing. The trace of a caller that has one still stands in the log and in errors. */
export const callerTraces: RequestTracer = {
  isOn: false,
  begin: ({ headers }) => {
    const parent = readTraceParent(headers['traceparent']);
    return parent === null ? null : { traceId: parent.traceId, spanId: null, spans: null };
  },
};
