import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorTable, GatewayError, type ErrorCode } from '../errors.ts';

/** What the request that an error belongs to gives to it. */
export interface ErrorScope {
  readonly requestId: string;
  /** Codes of the errors this request has seen, for its log line. */
  readonly errorCodes: Set<string>;
}

/** Told of an error that clients only see masked. */
export type OnFault = (error: unknown, requestId: string | undefined) => void;

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
    current?.errorCodes.add(code);
    if (known === null) onFault(unwrapResolverError(error), current?.requestId);
    const { locations, path } = formatted;
    return {
      message: known?.message ?? 'The server failed on this request; its log says more under the request id.',
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: {
        code,
        retryable: errorTable[code].retryable,
        ...(current === undefined ? {} : { requestId: current.requestId }),
        ...known?.extensions,
      },
    };
  };
}

interface KnownError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extensions?: object;
}

function recognise(formatted: GraphQLFormattedError, error: unknown): KnownError | null {
  const original = unwrapResolverError(error);
  if (original instanceof GatewayError) {
    // A fault in disguise is still a fault.
    if (original.code === 'INTERNAL_SERVER_ERROR') return null;
    const { model, version, retryAfterMs, details } = original.options;
    return {
      code: original.code,
      message: original.message,
      extensions: withoutUndefined({ model, version, retryAfterMs, details }),
    };
  }
  // Apollo gives every validation error one code; ours keep theirs below.
  const below =
    error instanceof GraphQLError && error.originalError instanceof GraphQLError ? error.originalError : null;
  const code = below?.extensions['code'] ?? formatted.extensions?.['code'];
  if (code !== 'INTERNAL_SERVER_ERROR' && isErrorCode(code)) return { code, message: formatted.message };
  // graphql-js throws this itself while it executes, and gives it no code.
  if (error instanceof GraphQLError && error.originalError === undefined && error.message.startsWith('Argument "')) {
    return { code: 'BAD_USER_INPUT', message: formatted.message };
  }
  return null;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
