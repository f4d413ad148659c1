import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { ErrorCode } from '../errors.ts';
import { errorTable } from '../errors.ts';
import { errorFields, type Logger } from '../observability/logger.ts';
import { errorBody } from './error-response.ts';
import { openScope } from './request-scope.ts';

export interface HttpServerOptions {
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}

/** Makes the HTTP server: how bodies are read, and one form for whatever goes wrong before or beside GraphQL. */
export function createHttpServer({ maxBodyBytes, logger }: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });

  // Fastify's own JSON parser refuses keys such as __proto__ as an attack; graphql-js refuses them in our form.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      done(new BodyError(error instanceof Error ? error.message : 'malformed'));
    }
  });
  // Bodies of other types are read and dropped: Apollo then says what it expected.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { requestId } = openScope(request.headers['x-request-id']);
    const { code, message } = describe(error, maxBodyBytes);
    if (code === 'INTERNAL_SERVER_ERROR') logger.error('request failed', { requestId, ...errorFields(error) });
    else logger.info('request refused', { requestId, status: errorTable[code].httpStatus, errorCodes: [code] });
    return reply
      .code(errorTable[code].httpStatus)
      .header('x-request-id', requestId)
      .type('application/json; charset=utf-8')
      .send(errorBody(code, message, requestId));
  });

  app.setNotFoundHandler((request, reply) => {
    const { requestId } = openScope(request.headers['x-request-id']);
    const message = `There is nothing at this path; the API is at /graphql.`;
    return reply
      .code(404)
      .header('x-request-id', requestId)
      .type('application/json; charset=utf-8')
      .send(errorBody('BAD_REQUEST', message, requestId));
  });
  return app;
}

/** A body that is no JSON. */
class BodyError extends Error {
  readonly statusCode = 400;
}

function describe(error: FastifyError | BodyError, maxBodyBytes: number): { code: ErrorCode; message: string } {
  if (error instanceof BodyError) return { code: 'BAD_REQUEST', message: `The body is no JSON: ${error.message}` };
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { code: 'PAYLOAD_TOO_LARGE', message: `The body is larger than ${maxBodyBytes} bytes.` };
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'BAD_REQUEST', message: error.message };
  }
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The server failed on this request; its log says more under the request id.',
  };
}
