import type { FieldSpans, TracedCall } from '../../observability/tracing/trace.ts';
import type { Portion } from './submission.ts';

/** The traced fields whose rows a call has, and how many of each; null where none is traced. */
export type CallSharers = ReadonlyMap<FieldSpans, number>;

/** Finds the traced fields whose rows a call has. */
export function sharersOf(portions: readonly Portion[]): CallSharers | null {
  let sharers: Map<FieldSpans, number> | null = null;
  for (const { submission, rows } of portions) {
    const { spans } = submission.options;
    if (spans == null) continue;
    sharers ??= new Map();
    sharers.set(spans, (sharers.get(spans) ?? 0) + rows);
  }
  return sharers;
}

/** Tells of a call that has ended: to one of those who share it, who tells the others. */
export function tellCall(sharers: CallSharers, call: TracedCall): void {
  const [first] = sharers.keys();
  first?.called(call, sharers);
}
