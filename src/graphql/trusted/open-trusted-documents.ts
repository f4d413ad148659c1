import type { ApolloServerPlugin } from '@apollo/server';
import { openLiveFiles } from '../../access/live-files.ts';
import type { TrustedDocumentsOptions } from '../../config/exposure-settings.ts';
import { errorFields, type Logger } from '../../observability/logger.ts';
import type { EventHistory } from '../../repository/event-history.ts';
import type { OperationContext } from '../context.ts';
import { explainAbsentField } from '../find-served.ts';
import type { LiveSchema } from '../live-schema.ts';
import { parseTrustedDocuments } from './documents-file.ts';
import { FitnessReport } from './fitness-report.ts';
import { trustedDocumentsPlugin } from './trusted-documents-plugin.ts';

/** Trusted documents, followed as their file and the schema change. */
export interface OpenTrustedDocuments {
  readonly plugins: readonly ApolloServerPlugin<OperationContext>[];
  /** Tells the log which documents do not fit the schema, now and with each change from now on. */
  reportFitness(): void;
  close(): void;
}

/**
 * Reads the trusted documents; without any there is nothing to do.
 * @throws AccessError when the file cannot be used.
 */
export async function openTrustedDocuments(
  { mode, file }: TrustedDocumentsOptions,
  { liveSchema, history }: { readonly liveSchema: LiveSchema; readonly history: EventHistory },
  logger: Logger,
): Promise<OpenTrustedDocuments> {
  if (mode === 'off') return { plugins: [], reportFitness: () => undefined, close: () => undefined };
  let isReporting = false;
  const report = new FitnessReport(
    {
      documents: () => files.current,
      schema: () => liveSchema.current.schema,
      models: () => liveSchema.current.models.keys(),
      explainAbsentField: (fields) => explainAbsentField(liveSchema.current.models, fields, history),
    },
    logger,
  );
  const check = (): void => {
    if (isReporting) report.check().catch((error: unknown) => logger.error('checking failed', errorFields(error)));
  };
  const files = await openLiveFiles({
    paths: [file],
    read: ([bytes]) => parseTrustedDocuments(String(bytes)),
    onChange: ({ byId }) => {
      logger.info('trusted documents', { file, documents: byId.size });
      check();
    },
    onRefused: (error) =>
      logger.error('the trusted documents cannot be used; those before them stay', errorFields(error)),
  });
  logger.info('trusted documents', { file, documents: files.current.byId.size });
  // In the next turn, when the schema that is told of is in force.
  const unsubscribe = liveSchema.onSchemaLoadOrUpdate(() => setImmediate(check));
  return {
    plugins: [trustedDocumentsPlugin(() => files.current, mode)],
    reportFitness: () => {
      isReporting = true;
      check();
    },
    close: () => {
      isReporting = false;
      unsubscribe();
      files.close();
    },
  };
}
