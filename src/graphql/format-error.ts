import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorTable, GatewayError, limitNames, type ErrorCode, type LimitName } from '../errors.ts';

/** What the request that an error belongs to gives to it. */
export interface ErrorScope {
  readonly requestId: string;
  /** The trace that the request belongs to; null where there is none. */
  readonly trace: { readonly traceId: string } | null;
  /** Codes of the errors this request has seen, for its log line. */
  readonly errorCodes: Set<string>;
  /** The limits that something of this request was refused by; null before the first. */
  refusedBy: Set<LimitName> | null;
  /** Faults that were told of already: one call that fails is the error of every row in it. Null before the first. */
  faults: WeakSet<object> | null;
}

const maxMessageLength = 1000;

/** What the parser of graphql-js says of a document with more tokens than it may have. */
const tooManyTokens = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

/** Told of an error that clients only see masked. */
export type OnFault = (error: unknown, request: Pick<ErrorScope, 'requestId' | 'trace'> | undefined) => void;

/**
 * Gives every error that leaves the server the one form: message, path, `extensions { code retryable requestId … }`.
 * Errors that are not in the table are masked, and handed to `onFault` once.
 * @param scope the request at hand; Apollo's hook does not say which it is.
 */
export function errorFormatter(scope: () => ErrorScope | undefined, onFault: OnFault) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const current = scope();
    const known = recognise(formatted, error);
    const code = known?.code ?? 'INTERNAL_SERVER_ERROR';
    if (current !== undefined) noteError(current, code, known?.limit);
    if (known === null) reportOnce(unwrapResolverError(error), current, onFault);
    const { locations, path } = formatted;
    return {
      message: shorten(
        known?.message ?? 'The server failed on this request; its log says more under the request id.',
        maxMessageLength,
      ),
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: {
        code,
        retryable: errorTable[code].retryable,
        ...(current === undefined ? {} : { requestId: current.requestId }),
        ...(current?.trace == null ? {} : { traceId: current.trace.traceId }),
        ...known?.extensions,
      },
    };
  };
}

/** Takes note of an error of a request, for its log line and for counts. */
export function noteError(
  scope: Pick<ErrorScope, 'errorCodes' | 'refusedBy'>,
  code: ErrorCode,
  limit: LimitName | undefined,
): void {
  scope.errorCodes.add(code);
  if (limit !== undefined) (scope.refusedBy ??= new Set()).add(limit);
}

function reportOnce(error: unknown, scope: ErrorScope | undefined, onFault: OnFault): void {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (scope !== undefined && typeof root === 'object' && root !== null) {
    scope.faults ??= new WeakSet();
    if (scope.faults.has(root)) return;
    scope.faults.add(root);
  }
  onFault(error, scope);
}

interface KnownError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extensions?: object;
  readonly limit?: LimitName | undefined;
}

function recognise(formatted: GraphQLFormattedError, error: unknown): KnownError | null {
  const original = gatewayErrorOf(error);
  if (original !== null) {
    // A fault in disguise is still a fault.
    if (original.code === 'INTERNAL_SERVER_ERROR') return null;
    const { model, version, retryAfterMs, details, limit } = original.options;
    return {
      code: original.code,
      message: original.message,
      extensions: withoutUndefined({ model: shorten(model), version: shorten(version), retryAfterMs, details }),
      limit,
    };
  }
  if (!(error instanceof GraphQLError)) return null;
  const { message } = formatted;
  // Apollo gives every validation error one code; ours keep theirs below.
  const below = error.originalError instanceof GraphQLError ? error.originalError : null;
  const code = below?.extensions['code'] ?? formatted.extensions?.['code'];
  if (code === 'GRAPHQL_PARSE_FAILED' && below?.originalError instanceof RangeError) {
    // The parser calls itself for each level and has no limit of its own on them.
    return { code: 'QUERY_TOO_COMPLEX', message: 'The document is nested too deeply to be parsed.', limit: 'maxDepth' };
  }
  if (code !== 'INTERNAL_SERVER_ERROR' && isErrorCode(code)) {
    return { code, message, limit: tooManyTokens.test(message) ? 'maxTokens' : limitOf(below) };
  }
  // graphql-js wraps its own errors once more where it knows the field; those of resolvers have other causes.
  const own = below ?? error;
  return own.originalError === undefined ? recogniseUncoded(own) : null;
}

/** The error of ours that a resolver threw, or that a validation rule reported. */
function gatewayErrorOf(error: unknown): GatewayError | null {
  const original = error instanceof GraphQLError ? error.originalError : error;
  return original instanceof GatewayError ? original : null;
}

/** Errors about the request that graphql-js and Apollo make themselves without giving them a code. */
function recogniseUncoded({ message, extensions }: GraphQLError): KnownError | null {
  if (message.startsWith('Argument "') || message.startsWith('Too many errors processing variables')) {
    return { code: 'BAD_USER_INPUT', message };
  }
  const http = extensions['http'] as { readonly status?: number } | undefined;
  return http?.status === 400 ? { code: 'BAD_REQUEST', message } : null;
}

/** What a validation rule of ours says. */
function limitOf(error: GraphQLError | null): LimitName | undefined {
  return limitNames.find((name) => name === error?.extensions['limit']);
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

/** Names and values of a request come back in messages, and may be as long as the body. */
function shorten<Text extends string | undefined>(text: Text, maxLength = 100): Text | string {
  return text !== undefined && text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
