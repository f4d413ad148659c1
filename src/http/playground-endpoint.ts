import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../observability/logger.ts';
import { loadPlayground, playgroundDirectory } from './playground.ts';
import { graphqlPath } from './request-log.ts';

/** Serves the playground at `/`, if it was built; the log says how to build it if not. */
export async function registerPlayground(app: FastifyInstance, logger: Logger): Promise<void> {
  const playground = await loadPlayground(playgroundDirectory, (message) => logger.warn(message));
  if (playground === null) return;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const [pathname = '/'] = request.url.split('?', 1);
    const { headers } = request;
    const response = await playground.respond(pathname, single(headers['accept-encoding']), headers['if-none-match']);
    if (response === null) reply.callNotFound();
    else reply.code(response.status).headers(response.headers).send(response.body);
    return reply;
  };
  app.get('/', answer);
  app.get('/playground/*', answer);
  app.addHook('onRequest', (request, reply, done) => {
    if (isVisit(request)) reply.redirect(request.url.endsWith('/') ? '../' : './');
    else done();
  });
}

/**
 * Whether somebody opened the address of the API in a browser: it shows the playground then, as those do who know
 * GraphQL servers expect. Clients ask for JSON, and a GET that brings its query is answered.
 */
function isVisit({ method, url, routeOptions, headers }: FastifyRequest): boolean {
  const asksForPage = headers.accept?.includes('text/html') ?? false;
  return method === 'GET' && routeOptions.url === graphqlPath && !url.includes('?') && asksForPage;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
