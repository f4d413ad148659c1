import type { ApolloServer } from '@apollo/server';
import type { Grant } from '../access/grant.ts';
import { GatewayError } from '../errors.ts';
import type { EventHistory } from '../repository/event-history.ts';
import type { Lease } from '../repository/moments.ts';
import type { ExplainAbsentField, FieldNames } from './absent-models.ts';
import type { ApolloOptions } from './apollo.ts';
import type { OperationContext } from './context.ts';
import { DocumentCache } from './document-cache.ts';
import { explainAbsentField, type AbsentField } from './find-served.ts';
import type { LiveMoment } from './live-moment.ts';
import type { LiveSchema } from './live-schema.ts';
import { visibleHistory } from './model-access.ts';
import { SchemaView } from './schema-view.ts';

/** A schema with the Apollo Server that serves it. */
export interface ServedSchema {
  readonly apollo: ApolloServer<OperationContext>;
  /** Holds the present moment for a request. */
  lease(): Lease<LiveMoment>;
}

export interface ServedSchemasOptions {
  readonly liveSchema: LiveSchema;
  readonly history: EventHistory;
  /** Makes an Apollo Server. Not started. */
  readonly makeApollo: (
    parts: Pick<ApolloOptions, 'liveSchema' | 'explainAbsentField' | 'caches'>,
  ) => ApolloServer<OperationContext>;
}

/** Each holds a schema of its own; the scopes of tokens are not ours to bound. */
const maxViews = 50;

/**
 * The schema for callers who see every model, and one for each set of models that other callers see: with an Apollo
 * Server each, since a document that is valid for one of them, and remembered as such, need not be so for another.
 */
export class ServedSchemas {
  readonly #options: ServedSchemasOptions;
  readonly #main: ServedSchema;
  /** The latest used last. */
  readonly #views = new Map<string, Promise<ServedSchema>>();
  readonly #documents = new DocumentCache();

  constructor(options: ServedSchemasOptions) {
    this.#options = options;
    const { liveSchema, history, makeApollo } = options;
    const explain: ExplainAbsentField = (fields) => explainAbsentField(liveSchema.current.models, fields, history);
    this.#main = {
      apollo: makeApollo({ liveSchema, explainAbsentField: explain }),
      lease: () => liveSchema.lease(),
    };
  }

  async start(): Promise<void> {
    await this.#main.apollo.start();
  }

  /** Stops what all of them share; no request may be in hand. */
  async stop(): Promise<void> {
    await this.#main.apollo.stop();
  }

  /** The schema for a caller. A lease of it is to be used in the turn of the event loop that it was taken in. */
  async for(grant: Grant): Promise<ServedSchema> {
    if (grant.view === null) return this.#main;
    const { view } = grant;
    const served = this.#views.get(view) ?? this.#open(grant);
    this.#views.delete(view);
    this.#views.set(view, served);
    // The requests that one of them has in hand go on; nothing else holds on to it.
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= maxViews) break;
      this.#views.delete(oldest);
    }
    try {
      return await served;
    } catch (error) {
      // The next caller tries again.
      if (this.#views.get(view) === served) this.#views.delete(view);
      throw error;
    }
  }

  async #open(grant: Grant): Promise<ServedSchema> {
    const { liveSchema, history, makeApollo } = this.#options;
    const view = new SchemaView(liveSchema, (model) => grant.maySee(model));
    const seen = visibleHistory(history, grant);
    const apollo = makeApollo({
      liveSchema: view,
      explainAbsentField: (fields) =>
        explainAbsentField(view.current.models, fields, seen) ?? refuseField(fields, grant),
      caches: { documentStore: this.#documents, cache: this.#main.apollo.cache },
    });
    await apollo.start();
    return { apollo, lease: () => view.lease() };
  }
}

/** In the same words for every field that the caller has not, whether a model that is hidden has it or none. */
function refuseField(fields: FieldNames, { view }: Grant): AbsentField | null {
  // Those with two underscores are GraphQL's own.
  const field = [...fields.keys()].find((name) => !name.startsWith('__'));
  if (field === undefined) return null;
  const message = `There is no field "${field}" for this caller, whose scopes give the models ${view} alone.`;
  return { field, reason: new GatewayError('FORBIDDEN', message) };
}
