import type {
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import type { ServedModel } from '../inference/served-model.ts';
import type { Lease } from '../repository/moments.ts';
import { executor } from './execution.ts';
import type { LiveMoment } from './live-moment.ts';
import type { LiveSchema } from './live-schema.ts';

/**
 * The live schema as callers see it who may see some of the models: other models are in neither its types nor its list
 * of models, so that nothing that is made of these, from introspection to the suggestions of an error, can tell of them.
 * It follows the live schema with the next request. Implements Apollo's gateway interface.
 */
export class SchemaView implements GatewayInterface {
  readonly #source: LiveSchema;
  readonly #maySee: (model: string) => boolean;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  #seen: LiveMoment;
  #served: readonly ServedModel[];
  #current: LiveMoment;

  constructor(source: LiveSchema, maySee: (model: string) => boolean) {
    this.#source = source;
    this.#maySee = maySee;
    this.#seen = source.current;
    this.#served = this.#visible();
    this.#current = { ...source.compose(this.#served), models: this.#visibleModels(source.current) };
  }

  get current(): LiveMoment {
    return this.#current;
  }

  /** Holds the present moment for a request, as `LiveSchema.lease` does. */
  lease(): Lease<LiveMoment> {
    if (this.#source.current !== this.#seen) this.#follow(this.#source.current);
    return { moment: this.#current, release: this.#source.lease().release };
  }

  #follow(seen: LiveMoment): void {
    const served = this.#visible();
    const isSame = served.length === this.#served.length && served.every((model, at) => model === this.#served[at]);
    const { schema, version } = isSame ? this.#current : this.#source.compose(served);
    if (!isSame) for (const listener of this.#listeners) listener({ apiSchema: schema, coreSupergraphSdl: '' });
    this.#served = served;
    this.#current = { schema, version, models: this.#visibleModels(seen) };
    this.#seen = seen;
  }

  #visible(): readonly ServedModel[] {
    return this.#source.served.filter(({ name }) => this.#maySee(name));
  }

  #visibleModels({ models }: LiveMoment): LiveMoment['models'] {
    return new Map([...models].filter(([name]) => this.#maySee(name)));
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  async load(): Promise<GatewayLoadResult> {
    for (const listener of this.#listeners) listener({ apiSchema: this.#current.schema, coreSupergraphSdl: '' });
    return { executor };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }
}
