import type { FastifyRequest } from 'fastify';
import { accountOf } from '../access/budgets/account.ts';
import { anonymous, type Identity } from '../access/identity.ts';
import type { Caller } from '../graphql/context.ts';

/** What is needed of a request. Addresses are as Node gives them, and header names in lower case. */
export type CallerFacts = Pick<FastifyRequest, 'headers'> & {
  readonly socket: Pick<FastifyRequest['socket'], 'remoteAddress'>;
};

/** 127.0.0.0/8, ::1, and the former as an IPv4-mapped IPv6 address. */
const loopbackAddress = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;

/** The names, with an optional port, by which a machine calls itself. */
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Headers by which a proxy says that it speaks for somebody else; those of `x-forwarded-` besides. */
const proxyHeaders = ['forwarded', 'via', 'x-real-ip'];

/**
 * Who sent a request.
 * @param identity by what the request shows; null where nobody needs to show anything.
 */
export function callerOf(facts: CallerFacts, identity: Identity | null): Caller {
  const isLocal = isLocalRequest(facts);
  const known = identity ?? anonymous(isLocal);
  return { ...known, isLocal, account: accountOf(known, facts.socket.remoteAddress) };
}

/**
 * A proxy on the same machine is not its client; and a page on the web that had its own name resolve to the loopback
 * address, to have a browser here speak for it, still gives that name as the host. A page of another origin that may use
 * the API (`corsOrigins`) does not thereby speak for whoever sits at this machine.
 */
function isLocalRequest({ headers, socket }: CallerFacts): boolean {
  const isProxied = Object.keys(headers).some((name) => proxyHeaders.includes(name) || name.startsWith('x-forwarded-'));
  const { host = '', origin } = headers;
  const isOfOwnPage = origin === undefined || origin.toLowerCase().endsWith(`://${host.toLowerCase()}`);
  return loopbackAddress.test(socket.remoteAddress ?? '') && loopbackHost.test(host) && !isProxied && isOfOwnPage;
}
