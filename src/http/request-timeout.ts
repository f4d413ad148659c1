import { describeValue, GatewayError } from '../errors.ts';

/** The most that is read as a number; no deadline is further away than the manifest of its model allows. */
const digits = /^\d{1,12}$/;

/**
 * How long the client waits for its answer, in milliseconds, as the header `X-Request-Timeout-Ms` says.
 * @returns null where it does not say.
 * @throws GatewayError `BAD_REQUEST`
 */
export function requestTimeout(header: string | readonly string[] | undefined): number | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && digits.test(header) && Number(header) > 0) return Number(header);
  throw new GatewayError(
    'BAD_REQUEST',
    `X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 or more, got ${describeValue(header)}.`,
  );
}
