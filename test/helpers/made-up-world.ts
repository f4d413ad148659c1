import assert from 'node:assert/strict';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { GatewayError } from '../../src/errors.ts';
import { scalars } from '../../src/tasks/scalars.ts';

/** A call of a resolver: where, and with which arguments. */
export type ResolverCall = readonly [path: string, given: object];

/**
 * What resolvers and sources give, as the context of an operation. The same seed makes the same world: the same values in
 * the same places, as soon or as late as before, with the same troubles.
 */
export class MadeUpWorld {
  readonly calls: ResolverCall[] = [];
  readonly #seed: number;
  readonly #troubles: number;

  /** @param troubles how many values of a hundred are no good ones. */
  constructor(seed: number, troubles: number) {
    this.#seed = seed;
    this.#troubles = troubles;
  }

  /** The value of a place. @throws whatever a resolver might. */
  valueAt(place: string, type: GraphQLOutputType): unknown {
    const isTroubled = this.#roll(place, 'is troubled') % 100 < this.#troubles;
    return isTroubled ? this.#trouble(place, type) : this.#good(place, type);
  }

  called(info: GraphQLResolveInfo, given: object): void {
    this.calls.push([responsePathAsArray(info.path).join('.'), given]);
    assert.equal(info.parentType.getFields()[info.fieldName]?.type, info.returnType);
    assert.ok(info.fieldNodes.every(({ name }) => name.value === info.fieldName));
  }

  #good(place: string, type: GraphQLOutputType): unknown {
    if (isNonNullType(type)) return this.#good(place, type.ofType);
    if (isListType(type)) {
      const length = this.#roll(place, 'length') % 4;
      return Array.from({ length }, (_, index) => this.#itemAt(`${place}.${index}`, type.ofType));
    }
    if (isObjectType(type)) return this.#source(place, type);
    if (isEnumType(type)) return type.getValues()[this.#roll(place, 'enum') % type.getValues().length]?.value;
    const values = resolvedValues[type.name] ?? [];
    return values[this.#roll(place, 'leaf') % values.length];
  }

  #itemAt(place: string, type: GraphQLOutputType): unknown {
    try {
      return this.valueAt(place, type);
    } catch (error) {
      return error;
    }
  }

  /** An object with a property for each field, whether it is asked for or not. */
  #source(place: string, type: GraphQLObjectType): object {
    const source = {};
    for (const field of Object.values(type.getFields())) {
      const get = (): unknown => this.valueAt(`${place}.${field.name}`, field.type);
      Object.defineProperty(source, field.name, { get, enumerable: true });
    }
    return source;
  }

  #trouble(place: string, type: GraphQLOutputType): unknown {
    const failure = new GatewayError('INFERENCE_FAILED', `No luck at ${place}.`);
    const late = async (): Promise<unknown> => {
      for (let left = this.#roll(place, 'ticks') % 5; left > 0; left -= 1) await Promise.resolve();
      if (this.#roll(place, 'late failure') % 3 === 0) throw failure;
      return this.#good(place, type);
    };
    // Where an item of a list fails at once, graphql-js forgets what other items have promised, and Node ends the test
    // when that fails as well. Therefore all items of the lists of one world fail either at once or late.
    const isItem = /\.\d/.test(place);
    const isLate = isItem && this.#roll('lists', 'late') % 2 === 0;
    switch (isLate ? 9 : this.#roll(place, 'trouble') % (isItem ? 7 : 10)) {
      case 0:
        return null;
      case 1:
        return undefined;
      case 2:
        return failure;
      case 3:
        throw failure;
      case 4:
        throw Object.assign(new Error(`Odd luck at ${place}.`), { extensions: { code: 'ODD' } });
      case 5:
        return (given: object, context: unknown, info: GraphQLResolveInfo) => {
          assert.equal(context, this);
          this.called(info, given);
          return this.#good(place, type);
        };
      case 6:
        return oddValues[this.#roll(place, 'odd') % oddValues.length];
      default:
        return late();
    }
  }

  /** A number that the place, the seed and what it is for make (FNV-1a). */
  #roll(place: string, purpose: string): number {
    let hash = 0x811c9dc5 ^ this.#seed;
    for (const character of `${place} ${purpose}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    return (hash ^ (hash >>> 15)) >>> 0;
  }
}

/** What resolvers return for scalars. */
const resolvedValues: Readonly<Record<string, readonly unknown[]>> = {
  Int: [0, 3, -0, '12'],
  Float: [0.25, -1e300, 3, '1.5', true],
  String: ['', 'a text', 'é"', 7, true],
  Boolean: [true, false, 1],
  ID: ['iris', 12],
  Int64: [5n, 2n ** 60n, 4],
  Base64: ['AAAA'],
  VersionRef: ['1', 2],
  TensorValues: [{ datatype: 'FP32', shape: [2], data: Float32Array.of(1, Number.NaN) }, 'AAAA'],
  FloatTensor: [{ datatype: 'FP32', shape: [], data: Float32Array.of(1) }],
  FeatureValue: [1, 'a', true],
  DateTime: [new Date(0), 5],
  SafeInt: [4, 7n],
};

/** What no type, or only some, can make something of. */
const oddValues: readonly unknown[] = [
  Number.NaN,
  {},
  'odd',
  0.5,
  2 ** 60,
  [null],
  true,
  new Set(['odd']),
  Symbol('odd'),
];

/** The schema of an SDL text, in which a `MadeUpWorld` gives every value: half by resolvers, half as properties. */
export function madeUpSchema(typeDefs: string): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: scalars,
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const [index, field] of Object.values(type.getFields()).entries()) {
      if (type !== schema.getQueryType() && index % 2 === 0) continue;
      field.resolve = (_source, given: object, world: MadeUpWorld, info) => {
        world.called(info, given);
        return world.valueAt(responsePathAsArray(info.path).join('.'), info.returnType);
      };
    }
  }
  return schema;
}
