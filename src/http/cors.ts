import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What pages of other origins may read besides the body. */
const exposedHeaders = ['x-request-id', 'inferql-schema-version', 'retry-after', 'ratelimit', 'ratelimit-policy'];

/** The longest that browsers remember an answer to a preflight, in seconds: Chromium's own limit. */
const maxAge = 7200;

/**
 * Lets pages of these origins, and of no others, use the server from a browser. To be called before any route is added,
 * and before who calls is checked: a preflight carries no key. Requests never carry cookies, so that credentials, which
 * in a browser would be client certificates, stay out.
 * @param origins exactly as browsers send them. Without any, no other origin is let in, and OPTIONS is no method here.
 */
export async function registerCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    exposedHeaders,
    maxAge,
    credentials: false,
    // Its refusal of an OPTIONS that is no preflight would not have our form.
    strictPreflight: false,
  });
}
