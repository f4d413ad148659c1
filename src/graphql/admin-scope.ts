import { GatewayError } from '../errors.ts';
import type { Administration } from './administration.ts';
import type { OperationContext } from './context.ts';

/**
 * What the caller may ask for as an administrator. It is the only way to it, so that no field can forget the check.
 * @throws GatewayError `FORBIDDEN`
 */
export function administrationFor({
  request: { caller },
  services,
}: Pick<OperationContext, 'request' | 'services'>): Administration {
  if (caller.grant.isAdmin) return services.administration;
  const who =
    caller.kind === 'anonymous'
      ? "callers on the server's own machine, who reach it at its loopback address and not by way of a proxy."
      : `callers whose ${caller.kind} has the scope admin.`;
  throw new GatewayError('FORBIDDEN', `Only administrators may do this: ${who}`);
}
