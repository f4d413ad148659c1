import { GatewayError } from '../errors.ts';
import type { Administration } from './administration.ts';
import type { OperationContext } from './context.ts';

/**
 * What the caller may ask for as an administrator. It is the only way to it, so that no field can forget the check.
 * @throws GatewayError `FORBIDDEN`
 */
export function administrationFor({
  request,
  services,
}: Pick<OperationContext, 'request' | 'services'>): Administration {
  if (request.caller.isLocal) return services.administration;
  throw new GatewayError(
    'FORBIDDEN',
    "Only administrators may do this: callers on the server's own machine, who reach it at its loopback address and " +
      'not by way of a proxy.',
  );
}
