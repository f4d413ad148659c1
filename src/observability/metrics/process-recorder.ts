import { constants, performance, PerformanceObserver } from 'node:perf_hooks';
import { timeBuckets } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { Readings } from './readings.ts';

/** What the process has used so far, as the edge of the process knows it. */
export interface ProcessUsage {
  /** User and system, of all threads. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
}

/** How often the event loop is asked whether it is late. */
const beatMs = 20;

const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

/** Watches the process itself: its event loop, its garbage collector, and what it uses. */
export class ProcessRecorder {
  readonly #usage: () => ProcessUsage;
  readonly #delay = new Histogram(timeBuckets);
  readonly #collections = new Map<string, Histogram>();
  readonly #observer: PerformanceObserver;
  readonly #beat: NodeJS.Timeout;

  constructor(usage: () => ProcessUsage) {
    this.#usage = usage;
    let last = performance.now();
    this.#beat = setInterval(() => {
      const now = performance.now();
      this.#delay.observe(Math.max(0, now - last - beatMs));
      last = now;
    }, beatMs).unref();
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#collected(entry);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#observer.disconnect();
  }

  get readings(): Readings {
    const { cpuSeconds, residentBytes, heapUsedBytes, heapTotalBytes, externalBytes } = this.#usage();
    return {
      inferql_event_loop_delay_seconds: [[[], this.#delay.data]],
      inferql_event_loop_active_seconds_total: [[[], performance.eventLoopUtilization().active / 1000]],
      inferql_gc_duration_seconds: [...this.#collections].map(([kind, { data }]) => [[kind], data]),
      process_cpu_seconds_total: [[[], cpuSeconds]],
      process_resident_memory_bytes: [[[], residentBytes]],
      process_start_time_seconds: [[[], performance.timeOrigin / 1000]],
      nodejs_heap_size_used_bytes: [[[], heapUsedBytes]],
      nodejs_heap_size_total_bytes: [[[], heapTotalBytes]],
      nodejs_external_memory_bytes: [[[], externalBytes]],
    };
  }

  #collected({ duration, detail }: { readonly duration: number; readonly detail?: unknown }): void {
    const { kind = 0 } = (detail ?? {}) as { readonly kind?: number };
    const name = kinds[kind];
    if (name === undefined) return;
    const histogram = this.#collections.get(name) ?? new Histogram(timeBuckets);
    this.#collections.set(name, histogram);
    histogram.observe(duration);
  }
}
