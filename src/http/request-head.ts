import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors.ts';

/**
 * Refuses what Node would refuse by itself, before anybody is asked, with an answer that has not our form: a request
 * without a host (RFC 9112, section 3.2), and one that expects what there is not (RFC 9110, section 10.1.1).
 * @throws GatewayError `BAD_REQUEST`
 */
export function requireSoundHead({ httpVersion, headers }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1') {
    throw new GatewayError('BAD_REQUEST', 'The request has no header Host, which HTTP/1.1 asks for.');
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    throw new GatewayError('BAD_REQUEST', 'The header Expect can only say 100-continue.');
  }
}
