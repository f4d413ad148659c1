import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { RequestLimits } from '../config/options.ts';
import { errorFields, type Logger } from '../observability/logger.ts';
import type { RequestRecorder } from '../observability/metrics/request-recorder.ts';
import { absentModels, type ExplainAbsentField } from './absent-models.ts';
import type { OperationContext } from './context.ts';
import { errorFormatter, type ErrorScope, type OnFault } from './format-error.ts';
import { knownOperationTypes } from './known-operation-types.ts';
import { noIntrospection } from './no-introspection.ts';
import { operationLimits } from './operation-limits.ts';
import { operationsPlugin } from './plugins/operations.ts';
import type { RateLimiting } from './plugins/spend-budget.ts';

export interface ApolloOptions {
  /** Where the schema comes from. */
  readonly liveSchema: GatewayInterface;
  readonly limits: RequestLimits;
  /** What callers may ask for in a while. @default as much as they like */
  readonly rateLimiting?: RateLimiting | null;
  /** Whether clients may ask for the schema. @default true */
  readonly introspection?: boolean;
  readonly logger: Logger;
  /** Counts operations. */
  readonly recorder: RequestRecorder;
  /** The request that is worked on at this moment. */
  readonly scope: () => ErrorScope | undefined;
  readonly explainAbsentField: ExplainAbsentField;
  readonly plugins: readonly ApolloServerPlugin<OperationContext>[];
  /** Shared with other servers; by default each has its own. */
  readonly caches?: Pick<ApolloServerOptionsWithGateway<OperationContext>, 'documentStore' | 'cache'>;
}

/** Makes the Apollo Server. Not started. */
export function createApollo({
  liveSchema,
  limits,
  rateLimiting = null,
  introspection = true,
  logger,
  recorder,
  scope,
  explainAbsentField,
  plugins,
  caches,
}: ApolloOptions): ApolloServer<OperationContext> {
  const onFault: OnFault = (error, request) => {
    logger.error('request failed', {
      requestId: request?.requestId,
      traceId: request?.trace?.traceId,
      ...errorFields(error),
    });
  };
  return new ApolloServer<OperationContext>({
    ...caches,
    gateway: liveSchema,
    logger,
    // Apollo's own refusal names its options, which nobody can set here: see the rule `noIntrospection`.
    introspection: true,
    // Suggestions of names would give the schema away bit by bit.
    hideSchemaDetailsFromClientErrors: !introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: true,
    // Signals are main.ts's business.
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxLexicalTokens: limits.maxTokens },
    validationRules: [
      knownOperationTypes,
      operationLimits(limits),
      absentModels(explainAbsentField),
      ...(introspection ? [] : [noIntrospection]),
    ],
    formatError: errorFormatter(scope, onFault),
    // The built-in plugins cost a third of a request's time and are of no use here; landing pages need a CDN besides.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      operationsPlugin({ limits, rateLimiting, recorder }),
      ...plugins,
    ],
  });
}
