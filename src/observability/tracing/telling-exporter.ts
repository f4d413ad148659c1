import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { errorFields, type Logger } from '../logger.ts';

/** Sends spans, and says in the log when they cannot be sent, and when they can be again: once each, not for each batch. */
export class TellingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #logger: Logger;
  #lost = 0;

  constructor(exporter: SpanExporter, logger: Logger) {
    this.#exporter = exporter;
    this.#logger = logger;
  }

  export(...[spans, tell]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#sent();
      else this.#failed(spans.length, result.error);
      // The queue of the SDK only makes an unhandled error of a failure.
      tell({ code: ExportResultCode.SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  #sent(): void {
    if (this.#lost > 0) this.#logger.info('traces are sent again', { lostSpans: this.#lost });
    this.#lost = 0;
  }

  #failed(spans: number, error: Error | undefined): void {
    if (this.#lost === 0) this.#logger.warn('traces cannot be sent', errorFields(error ?? new Error('No answer.')));
    this.#lost += spans;
  }
}
