import { badInput, GatewayError } from '../../errors.ts';
import { readinessOf } from '../../processes/peers.ts';
import type { OperationContext } from '../context.ts';
import type { ServerResolvers } from '../generated/resolvers.ts';
import { visibleHistory } from '../model-access.ts';
import { eventSource } from '../repository-events.ts';

/** As many as are remembered. */
const maxEvents = 1000;

export const serverResolvers: ServerResolvers = {
  version: ({ softwareVersion }) => softwareVersion,
  ready: (services) => {
    const { ready, total } = readinessOf(services.peers, services.settled());
    return ready === total;
  },
  processes: (services) => ({
    ...readinessOf(services.peers, services.settled()),
    answering: services.peers.number,
  }),
  schemaVersion: (_services, _arguments, { moment }) => moment.version,
  backends: ({ backends }) => [...backends],
  limits: ({ options }) => options.limits,
  events: ({ history }, { last }, context) => {
    countEvents(context, last);
    return visibleHistory(history, context.request.caller.grant).last(last).map(eventSource);
  },
};

/** @throws GatewayError `BAD_USER_INPUT` for one field, `QUERY_TOO_COMPLEX` for the whole operation. */
function countEvents(context: OperationContext, last: number): void {
  if (last < 1 || last > maxEvents) {
    const expected = `a whole number from 1 to ${maxEvents}`;
    throw badInput({ reason: 'OUT_OF_RANGE', input: 'last', expected, received: String(last) });
  }
  context.events += last;
  if (context.events > maxEvents) {
    throw new GatewayError('QUERY_TOO_COMPLEX', `The operation lists more than ${maxEvents} events.`, {
      details: { limit: maxEvents, received: context.events },
    });
  }
}
