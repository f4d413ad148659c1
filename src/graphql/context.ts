import type { Spending } from '../access/budgets/budgets.ts';
import type { Identity } from '../access/identity.ts';
import type { GatewayOptions } from '../config/options.ts';
import type { DepartureSignal } from '../inference/batching/contract.ts';
import type { OperationSpans, RequestSpans } from '../observability/tracing/trace.ts';
import type { GatheredReport } from '../processes/messages.ts';
import type { Peers } from '../processes/peers.ts';
import type { EventHistory } from '../repository/event-history.ts';
import type { Administration } from './administration.ts';
import type { Examples } from './examples.ts';
import type { LiveMoment } from './live-moment.ts';

/** What resolvers may ask of the rest of the gateway. One for the life of the server. */
export interface GraphQLServices {
  readonly options: GatewayOptions;
  readonly startedAt: Date;
  /** Version of inferql itself. */
  readonly softwareVersion: string;
  readonly backends: readonly { readonly name: string; readonly version: string }[];
  /** Predictions to begin with, of the versions that serve. */
  readonly examples: Pick<Examples, 'of'>;
  readonly history: EventHistory;
  readonly administration: Administration;
  /** Whether every model that this process found at its start is ready or has said why it is not. */
  settled(): boolean;
  readonly peers: Peers;
  /** What all processes have counted. */
  readonly gather: () => Promise<GatheredReport>;
}

/** What one HTTP request did, for its log line. Shared by all operations of an array. */
export interface RequestUsage {
  operations: number;
  operationName: string | null;
  documentHash: string | null;
  readonly models: Set<string>;
  /** Rows that were asked for, whatever became of them. */
  rows: number;
  /** Rows times the weights of their models, and a tenth for each field of the answers. */
  cost: number;
  /** Elements of the tensors that were sent. */
  elements: number;
  /** What the caller had left after the operations; null where nothing was taken from a budget. */
  budget: Spending | null;
  readonly errorCodes: Set<string>;
}

/** What is known of whoever sent a request. */
export interface Caller extends Identity {
  /** Whether the request comes from the server's own machine, and from nobody behind a proxy there. */
  readonly isLocal: boolean;
  /** What it asks for goes on this account. @see accountOf */
  readonly account: string;
}

/** What a resolver knows of the request it works for. */
export interface RequestContext {
  readonly requestId: string;
  /** Aborted when the client leaves. */
  readonly signal: DepartureSignal;
  /** When all of it was there, on the clock of the served models. */
  readonly arrivedAt: number;
  /** How long the client waits for the answer; null where it did not say. */
  readonly timeoutMs: number | null;
  readonly usage: RequestUsage;
  readonly caller: Caller;
  /** Null where it is not traced. */
  readonly trace: RequestSpans | null;
}

/** Apollo's context value: a shallow copy for each operation of an array. */
export interface OperationContext {
  readonly services: GraphQLServices;
  /** The schema and the models as they were when the request began, and are for it until it ends. */
  readonly moment: LiveMoment;
  readonly request: RequestContext;
  /** Events that this operation has listed so far. */
  events: number;
  /** The span of this operation; null where it is not traced. */
  trace: OperationSpans | null;
}

/** An empty account of what a request did. */
export function newUsage(): RequestUsage {
  return {
    operations: 0,
    operationName: null,
    documentHash: null,
    models: new Set(),
    rows: 0,
    cost: 0,
    elements: 0,
    budget: null,
    errorCodes: new Set(),
  };
}
