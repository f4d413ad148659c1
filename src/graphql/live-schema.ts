import { createHash } from 'node:crypto';
import type {
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import {
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  printSchema,
  printType,
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
} from 'graphql';
import type { ServedModel } from '../inference/served-model.ts';
import type { BoundTask } from '../tasks/task.ts';
import type { OperationContext } from './context.ts';
import { predictionFields } from './prediction-fields.ts';
import type { StaticSchema } from './static-schema.ts';

/** A schema and the name that tells it from every other. */
export interface NamedSchema {
  readonly schema: GraphQLSchema;
  /** Sixteen hexadecimal digits; equal for equal schemas, on every replica. */
  readonly version: string;
}

/**
 * Merges the generated part, one field pair for each served model, into the static schema.
 * @param served the default version of each model, ascending by name.
 */
function composeSchema(base: StaticSchema, served: readonly ServedModel[]): NamedSchema {
  if (served.length === 0) return nameSchema(base.schema);
  const config = base.schema.toConfig();
  const query = config.query?.toConfig();
  if (config.query === null || config.query === undefined || query === undefined) {
    throw new Error('The static schema has no Query type.');
  }
  const generated: GraphQLNamedType[] = [];
  const fields: GraphQLFieldConfigMap<unknown, OperationContext> = {};
  for (const model of served) {
    Object.assign(fields, predictionFields(model, base.versionRef));
    generated.push(model.task.inputType, model.task.outputType);
  }
  const predictions = new GraphQLObjectType<unknown, OperationContext>({
    name: 'Predictions',
    description: 'Typed predictions: for each served model one field for one input, and one for a list of inputs.',
    fields,
  });
  return nameSchema(
    new GraphQLSchema({
      ...config,
      query: new GraphQLObjectType<unknown, OperationContext>({
        ...query,
        fields: {
          predict: {
            type: new GraphQLNonNull(predictions),
            description:
              'Typed predictions: one field for each served model, generated from its signature and manifest.',
            resolve: () => ({}),
          },
          ...query.fields,
        },
      }),
      types: [...config.types.filter((type) => type !== config.query), ...generated],
    }),
  );
}

function nameSchema(schema: GraphQLSchema): NamedSchema {
  return { schema, version: createHash('sha256').update(printSchema(schema)).digest('hex').slice(0, 16) };
}

/** What clients of a version rely on: its generated types, as SDL. Two versions with equal contracts are interchangeable. */
export function contractOf(task: BoundTask): string {
  return `${printType(task.inputType)}\n\n${printType(task.outputType)}\n`;
}

/** The whole schema as SDL; the same models make the same text. */
export function printLiveSchema(schema: GraphQLSchema): string {
  return `${printSchema(schema)}\n`;
}

/**
 * The schema that Apollo serves, replaced as models come and go. Each request runs on the schema that it started with.
 * Implements Apollo's gateway interface without an executor: graphql-js executes.
 */
export class LiveSchema implements GatewayInterface {
  readonly #base: StaticSchema;
  readonly #listServed: () => readonly ServedModel[];
  readonly #onInvalid: (error: unknown) => void;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  #served: readonly ServedModel[] = [];
  #current: NamedSchema;
  #scheduled = false;

  /**
   * @param listServed the default version of each model, ascending by name.
   * @param onInvalid told of a schema that could not be composed; the one before it stays.
   */
  constructor(base: StaticSchema, listServed: () => readonly ServedModel[], onInvalid: (error: unknown) => void) {
    this.#base = base;
    this.#listServed = listServed;
    this.#onInvalid = onInvalid;
    this.#current = composeSchema(base, []);
  }

  get current(): NamedSchema {
    return this.#current;
  }

  /** Says that models may have changed. Many changes within a tick make one new schema. */
  invalidate(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.refresh());
  }

  /** Composes the schema anew, now, if the models that are served are others than before. */
  refresh(): void {
    this.#scheduled = false;
    const served = this.#listServed();
    if (served.length === this.#served.length && served.every((model, index) => model === this.#served[index])) return;
    const before = this.#current;
    try {
      this.#current = composeSchema(this.#base, served);
      for (const listener of this.#listeners) listener({ apiSchema: this.#current.schema, coreSupergraphSdl: '' });
      this.#served = served;
    } catch (error) {
      this.#current = before;
      this.#onInvalid(error);
    }
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  async load(): Promise<GatewayLoadResult> {
    for (const listener of this.#listeners) listener({ apiSchema: this.#current.schema, coreSupergraphSdl: '' });
    return { executor: null };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }
}
