import {
  findBreakingChanges,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  parse,
  print,
  printType,
  visit,
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
} from 'graphql';
import type { ServedModel } from '../inference/served-model.ts';
import type { BoundTask } from '../tasks/task.ts';
import type { OperationContext } from './context.ts';
import { predictionFields } from './prediction-fields.ts';
import type { StaticSchema } from './static-schema.ts';

/** What one served version adds to the schema. Made once for each version, however often the schema is composed. */
export interface GeneratedPart {
  /** The two fields below `predict`. */
  readonly fields: GraphQLFieldConfigMap<unknown, OperationContext>;
  readonly types: readonly GraphQLNamedType[];
  /** All of it as text, descriptions included: equal texts make equal schemas. */
  readonly sdl: string;
}

/** Makes the generated parts of served versions, and remembers them for as long as the version lives. */
export class GeneratedParts {
  readonly #base: StaticSchema;
  readonly #parts = new WeakMap<ServedModel, GeneratedPart>();

  constructor(base: StaticSchema) {
    this.#base = base;
  }

  of(served: ServedModel): GeneratedPart {
    const known = this.#parts.get(served);
    if (known !== undefined) return known;
    const fields = predictionFields(served, this.#base.versionRef);
    const types = [served.task.inputType, served.task.outputType];
    const sdl = [predictionsType(fields), ...types].map((type) => printType(type)).join('\n\n');
    const part = { fields, types, sdl };
    this.#parts.set(served, part);
    return part;
  }

  /**
   * What clients of one version could no longer do if another took its place, a sentence each, by the rules of
   * graphql-js: fields that go, types that change, inputs that become required.
   */
  breaks(before: ServedModel, after: ServedModel): string[] {
    const changes = findBreakingChanges(this.#schemaOf(before), this.#schemaOf(after));
    return changes.map(({ description }) => description);
  }

  #schemaOf(served: ServedModel): GraphQLSchema {
    const { fields, types } = this.of(served);
    const predict = { type: new GraphQLNonNull(predictionsType(fields)) };
    return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { predict } }), types });
  }
}

/** The type `Predictions` with these fields. */
export function predictionsType(
  fields: GraphQLFieldConfigMap<unknown, OperationContext>,
): GraphQLObjectType<unknown, OperationContext> {
  return new GraphQLObjectType<unknown, OperationContext>({
    name: 'Predictions',
    description: 'Typed predictions: for each served model one field for one input, and one for a list of inputs.',
    fields,
  });
}

/**
 * The shape that clients of a version rely on: its generated types, as SDL without descriptions. Versions with equal
 * contracts can stand in for each other.
 */
export function contractOf(task: Pick<BoundTask, 'inputType' | 'outputType'>): string {
  const types = parse([task.inputType, task.outputType].map((type) => printType(type)).join('\n\n'), {
    noLocation: true,
  });
  return print(
    visit(types, { enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined) }),
  );
}
