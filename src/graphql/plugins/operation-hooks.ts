import type { GraphQLRequestListener } from '@apollo/server';
import type { OperationContext } from '../context.ts';

type Listener = GraphQLRequestListener<OperationContext>;

/** Hooks of Apollo's that hold nothing of any operation, so that they are the same for all. */
export type OperationHooks<Name extends keyof Listener> = Required<Pick<Listener, Name>>;
