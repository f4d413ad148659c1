import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { errorTable, type ErrorCode, type LimitName } from '../errors.ts';
import { noteError } from '../graphql/format-error.ts';
import { openScope, type RequestScope } from './request-scope.ts';

/** What is said of a request that never became a GraphQL operation. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** @default that of the code */
  readonly status?: number;
  readonly retryAfterMs?: number | undefined;
  readonly details?: object | undefined;
  /** The limit that it was refused by, for counts. */
  readonly limit?: LimitName | undefined;
}

/** Answers with an error in the one form of errors. */
export function refuse(reply: FastifyReply, refusal: Refusal, scope: RequestScope): FastifyReply {
  const { requestId, trace } = scope;
  noteError(scope, refusal.code, refusal.limit);
  return reply
    .code(refusal.status ?? errorTable[refusal.code].httpStatus)
    .header('x-request-id', requestId)
    .type('application/json; charset=utf-8')
    .send(errorBody(refusal, requestId, trace?.traceId));
}

/** Answers, in the same form, bytes that are no HTTP request; there is no reply to do it with. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable) return;
  const { requestId } = openScope(undefined);
  const refusal = describeClientError(error.code);
  const body = errorBody(refusal, requestId);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function describeClientError(code: string | undefined): Refusal & { readonly status: number } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { code: 'BAD_REQUEST', message: 'The request took too long to arrive.', status: 408 };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { code: 'BAD_REQUEST', message: 'The URL and headers are too long; send the query by POST.', status: 431 };
  }
  return { code: 'BAD_REQUEST', message: 'The request is not valid HTTP/1.1.', status: 400 };
}

function errorBody({ code, message, retryAfterMs, details }: Refusal, requestId: string, traceId?: string): string {
  const { retryable } = errorTable[code];
  const extensions = { code, retryable, requestId, traceId, retryAfterMs, details };
  return JSON.stringify({ errors: [{ message, extensions }] });
}
