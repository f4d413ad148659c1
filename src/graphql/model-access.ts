import type { Grant } from '../access/grant.ts';
import { GatewayError } from '../errors.ts';
import type { EventHistory } from '../repository/event-history.ts';
import type { Caller, OperationContext } from './context.ts';

/**
 * Makes sure that the caller may use models of this name. To be asked before the model is looked for: what is not
 * allowed is refused in the same words whether there is such a model or not.
 * @throws GatewayError `FORBIDDEN`
 */
export function requireUse({ request: { caller } }: Pick<OperationContext, 'request'>, model: string): void {
  if (caller.grant.mayPredict(model)) return;
  const message = `The ${shownBy(caller)} may not use the model "${model}": it has the scopes ${caller.grant.scopes.join(', ')}.`;
  throw new GatewayError('FORBIDDEN', message, { model });
}

/** What is remembered of the models that somebody may see. */
export function visibleHistory(history: EventHistory, { maySee }: Grant): Pick<EventHistory, 'last' | 'lastRemoved'> {
  return {
    last: (count) => history.last(count, maySee),
    lastRemoved: (isMeant) => history.lastRemoved((model) => maySee(model) && isMeant(model)),
  };
}

function shownBy({ kind }: Caller): string {
  return kind === 'anonymous' ? 'caller' : `${kind} of this request`;
}
