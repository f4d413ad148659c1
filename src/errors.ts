/** What a client, an operator and the docs need to know of one error code. */
export interface ErrorEntry {
  /** One sentence: when a client gets this code. */
  readonly meaning: string;
  /** HTTP status where the whole request fails with this code; a failed field leaves the status at 200. */
  readonly httpStatus: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
}

/**
 * Every error code that a client can see. The docs page `docs/errors.md` and the SDL enum `ErrorCode` are
 * made from this table, and `test/unit/errors.test.ts` ties the three.
 */
export const errorTable = {
  GRAPHQL_PARSE_FAILED: {
    meaning: 'The document is not valid GraphQL syntax, or has too many tokens.',
    httpStatus: 400,
    retryable: false,
  },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'The document does not fit the schema that is being served.',
    httpStatus: 400,
    retryable: false,
  },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: 'No operation of the given name exists in the document, or several do and none was named.',
    httpStatus: 400,
    retryable: false,
  },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: 'The server does not know the id of the document; send its text along, where free documents are allowed.',
    httpStatus: 200,
    retryable: true,
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    meaning: 'Persisted queries are switched off on this server.',
    httpStatus: 200,
    retryable: false,
  },
  DOCUMENT_NOT_TRUSTED: {
    meaning: 'This server runs trusted documents only, and the document is none of them.',
    httpStatus: 403,
    retryable: false,
  },
  BAD_REQUEST: { meaning: 'The HTTP request is not a well-formed GraphQL request.', httpStatus: 400, retryable: false },
  BAD_USER_INPUT: {
    meaning: 'A value does not fit its field or its model; `details` says reason, input, expected and received.',
    httpStatus: 400,
    retryable: false,
  },
  UNAUTHENTICATED: { meaning: 'The request carries no valid key or token.', httpStatus: 401, retryable: false },
  AUTHENTICATION_UNAVAILABLE: {
    meaning: 'The server cannot find out at the moment whether the token is valid.',
    httpStatus: 503,
    retryable: true,
  },
  FORBIDDEN: { meaning: 'The caller may not do this.', httpStatus: 403, retryable: false },
  RATE_LIMITED: {
    meaning: 'The caller has used up its share for now; wait `retryAfterMs`.',
    httpStatus: 429,
    retryable: true,
  },
  PAYLOAD_TOO_LARGE: { meaning: 'The body is larger than the server accepts.', httpStatus: 413, retryable: false },
  BATCH_TOO_LARGE: {
    meaning: 'A list of rows, or an array of operations, is longer than the limit.',
    httpStatus: 400,
    retryable: false,
  },
  QUERY_TOO_COMPLEX: {
    meaning: 'The document is nested too deeply, or selects or predicts more than one request may.',
    httpStatus: 400,
    retryable: false,
  },
  MODEL_NOT_FOUND: { meaning: 'No model of that name is in the repository.', httpStatus: 404, retryable: false },
  MODEL_VERSION_NOT_FOUND: { meaning: 'The model has no such version or label.', httpStatus: 404, retryable: false },
  MODEL_UNAVAILABLE: {
    meaning: 'The model or version exists and cannot serve at the moment.',
    httpStatus: 503,
    retryable: true,
  },
  SIGNATURE_MISMATCH: {
    meaning: 'The requested version has another signature than the typed field; use `infer`.',
    httpStatus: 400,
    retryable: false,
  },
  OVERLOADED: {
    meaning: 'There is no room for it now, or no time to answer it by its deadline; wait `retryAfterMs`.',
    httpStatus: 503,
    retryable: true,
  },
  DEADLINE_EXCEEDED: { meaning: 'The prediction was not finished by its deadline.', httpStatus: 504, retryable: true },
  CANCELLED: { meaning: 'The client left before the prediction was computed.', httpStatus: 499, retryable: true },
  INFERENCE_FAILED: { meaning: 'The model ran on this input and failed.', httpStatus: 500, retryable: false },
  SHUTTING_DOWN: {
    meaning: 'This server is stopping; another replica, or a later try, will answer.',
    httpStatus: 503,
    retryable: true,
  },
  INTERNAL_SERVER_ERROR: {
    meaning: 'A fault of the server; the log has it under the same `requestId`.',
    httpStatus: 500,
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** Why a value was refused, for programs: `extensions.details.reason` of `BAD_USER_INPUT`. */
export type BadInputReason =
  | 'MISSING'
  | 'UNKNOWN_NAME'
  | 'DUPLICATE_NAME'
  | 'WRONG_TYPE'
  | 'WRONG_DATATYPE'
  | 'WRONG_SHAPE'
  | 'WRONG_LENGTH'
  | 'OUT_OF_RANGE'
  | 'NOT_FINITE'
  | 'UNKNOWN_CATEGORY'
  | 'INVALID_BASE64'
  | 'INVALID_TEXT'
  | 'INVALID_IMAGE'
  | 'INVALID_STATE'
  | 'EMPTY_BATCH'
  | 'AMBIGUOUS';

/** The facts behind a `BAD_USER_INPUT`, each short and printable: values are shortened before they come here. */
export interface BadInputDetails {
  readonly reason: BadInputReason;
  /** The input, feature or argument that was refused. */
  readonly input: string;
  readonly expected: string;
  readonly received: string;
}

/**
 * The limits that something can be refused by, for counts: settings, keys of the manifest, and bounds that nobody sets.
 * `docs/security.md` says what each is.
 */
export const limitNames = [
  'maxConcurrentRequests',
  'maxBodyBytes',
  'maxOperationsPerRequest',
  'documentCharacters',
  'maxTokens',
  'maxDepth',
  'maxFields',
  'repetitions',
  'maxCostPerRequest',
  'rateLimitCost',
  'maxTensorElements',
  'maxRowsPerField',
  'maxQueueRows',
  'queueShare',
  'deadline',
] as const;

export type LimitName = (typeof limitNames)[number];

export interface GatewayErrorOptions {
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly details?: object | undefined;
  /** The limit that it was refused by; told to metrics, and not to clients. */
  readonly limit?: LimitName | undefined;
  readonly cause?: unknown;
}

/** An error that is meant for the client. Every other error is masked as `INTERNAL_SERVER_ERROR`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly options: GatewayErrorOptions;

  /** @param message shown to clients: no server paths, no stack, no native source positions. */
  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}

/** Whether what an error says may be shown. A fault of the server is one whatever its class. */
export function mayBeShown(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.code !== 'INTERNAL_SERVER_ERROR';
}

/** Makes the error for a value that does not fit, with one wording for all of them. */
export function badInput(details: BadInputDetails, about?: string): GatewayError {
  const where = about === undefined ? details.input : `${details.input} (${about})`;
  return new GatewayError('BAD_USER_INPUT', `${where}: expected ${details.expected}, got ${details.received}.`, {
    details,
  });
}

/** Why a version cannot be served, in words that say what to do about it. Shown to operators and in `ModelVersion.state`. */
export class ModelLoadError extends Error {
  override readonly name = 'ModelLoadError';
  /** Whether it may come right by itself, because the files look as if they were still being copied. */
  readonly incomplete: boolean;

  constructor(message: string, options: ErrorOptions & { readonly incomplete?: boolean } = {}) {
    super(message, options);
    this.incomplete = options.incomplete ?? false;
  }
}

/** The system's code of a failed file operation, such as ENOENT; its message would show the path. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
}

/** A value as it may be shown in an error: JSON, cut to a length that fits a log line. */
export function describeValue(value: unknown, maxLength = 60): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.length > 8) return `a list of ${value.length} values`;
  let text: string;
  try {
    text = JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    // Lists that are nested too deeply for JSON.stringify, and bigints within lists.
    text = Array.isArray(value) ? `a list of ${value.length} values` : `a ${typeof value}`;
  }
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
