import type {
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import { printSchema, type GraphQLSchema } from 'graphql';
import type { ServedModel } from '../inference/served-model.ts';
import { Moments, type Lease } from '../repository/moments.ts';
import { apiNames } from './api-names.ts';
import { SchemaComposer } from './compose-schema.ts';
import { executor } from './execution.ts';
import type { GeneratedParts } from './generated-part.ts';
import type { LiveMoment, NamedSchema, ServedModels } from './live-moment.ts';
import type { StaticSchema } from './static-schema.ts';

/** The whole schema as SDL; the same models make the same text. */
export function printLiveSchema(schema: GraphQLSchema): string {
  return `${printSchema(schema)}\n`;
}

/**
 * The schema that Apollo serves, replaced as models come and go. Each request runs on the schema that it started with,
 * and on the versions that schema was made from. Implements Apollo's gateway interface.
 */
export class LiveSchema implements GatewayInterface {
  readonly #composer: SchemaComposer;
  readonly #listModels: () => ServedModels;
  readonly #onInvalid: (error: unknown) => void;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  readonly #moments: Moments<LiveMoment>;
  #served: readonly ServedModel[] = [];
  #scheduled = false;

  /**
   * @param listModels the models as they are now.
   * @param onInvalid told of a schema that could not be composed; the one before it stays.
   */
  constructor(
    base: StaticSchema,
    parts: GeneratedParts,
    listModels: () => ServedModels,
    onInvalid: (error: unknown) => void,
  ) {
    this.#composer = new SchemaComposer(base, parts);
    this.#listModels = listModels;
    this.#onInvalid = onInvalid;
    this.#moments = new Moments<LiveMoment>({ ...this.#composer.compose([]), models: new Map() });
  }

  get current(): LiveMoment {
    return this.#moments.current;
  }

  /** The default versions that the present schema was made from, ascending by name. */
  get served(): readonly ServedModel[] {
    return this.#served;
  }

  /** Makes the schema of some of them. */
  compose(served: readonly ServedModel[]): NamedSchema {
    return this.#composer.compose(served);
  }

  /** Holds the present moment for a request: nothing that it can reach is closed before it lets go. */
  lease(): Lease<LiveMoment> {
    return this.#moments.lease();
  }

  /** Settles when no request can reach the version any more. To be called after it is out of the list of models. */
  released(served: ServedModel): Promise<void> {
    return this.#moments.released(served);
  }

  /** Says that models may have changed. Many changes within a tick make one new moment. */
  invalidate(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // In a turn of its own: a request takes its lease and its schema in one, with nothing in between.
    setImmediate(() => this.refresh());
  }

  /** Publishes the models as they are now, with a schema of their own if those that are served by default changed. */
  refresh(): void {
    this.#scheduled = false;
    const models = this.#listModels();
    const served = this.#withoutCollisions(defaultsOf(models));
    const isSame = served.length === this.#served.length && served.every((model, at) => model === this.#served[at]);
    const before = this.current;
    try {
      const { schema, version } = isSame ? before : this.#composer.compose(served);
      if (!isSame) for (const listener of this.#listeners) listener({ apiSchema: schema, coreSupergraphSdl: '' });
      this.#served = served;
      this.#moments.publish({ schema, version, models }, readyOf(models));
    } catch (error) {
      this.#onInvalid(error);
    }
  }

  /**
   * Leaves out models whose names others have: one model must not keep all others from clients. Those that are in the
   * schema stay. Models are refused for their names when they are loaded; two that were loaded at once get here.
   */
  #withoutCollisions(served: readonly ServedModel[]): readonly ServedModel[] {
    const before = new Set(this.#served.map(({ name }) => name));
    const taken = new Map<string, string>();
    const left = new Set<ServedModel>();
    for (const model of served.toSorted((a, b) => Number(before.has(b.name)) - Number(before.has(a.name)))) {
      const { field, batchField } = apiNames(model.name);
      const names = [field, batchField, model.task.inputType.name, model.task.outputType.name];
      const collision = names.find((name) => taken.has(name));
      if (collision === undefined) for (const name of names) taken.set(name, model.name);
      else {
        left.add(model);
        const other = taken.get(collision);
        this.#onInvalid(new Error(`The models "${other}" and "${model.name}" both make ${collision} in the schema.`));
      }
    }
    return left.size === 0 ? served : served.filter((model) => !left.has(model));
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  async load(): Promise<GatewayLoadResult> {
    for (const listener of this.#listeners) listener({ apiSchema: this.current.schema, coreSupergraphSdl: '' });
    return { executor };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }
}

/** The default version of each model that has one, ascending by name. */
function defaultsOf(models: ServedModels): readonly ServedModel[] {
  const served: ServedModel[] = [];
  for (const { defaultVersion, versions } of models.values()) {
    const entry = versions.find(({ version }) => version === defaultVersion);
    if (entry?.served != null) served.push(entry.served);
  }
  return served.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function* readyOf(models: ServedModels): Iterable<ServedModel> {
  for (const { versions } of models.values()) for (const { served } of versions) if (served !== null) yield served;
}
