import fc from 'fast-check';
import {
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** A valid query, and variables that may not fit. */
export interface ArbitraryOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Queries of any shape that a schema allows: aliases, the same field several times, fragments with and without names on
 * types and interfaces, `__typename`, arguments as literals, as variables and as literals with variables in them.
 */
export function arbitraryOperation(schema: GraphQLSchema): fc.Arbitrary<ArbitraryOperation> {
  return fc.gen().map((generate) => new Composition(schema, generate).compose());
}

const deepest = 5;

/** JSON that scalars take, and that they do not. */
const leafValues: Readonly<Record<string, readonly unknown[]>> = {
  Int: [0, 3, -7, 2 ** 31 - 1],
  Float: [0, 0.25, -1e9, 4],
  String: ['', 'a text', 'é\n"'],
  Boolean: [true, false],
  ID: ['iris', '7', 12],
  Int64: [5, '9007199254740993', -3],
  VersionRef: ['1', 2, 'canary'],
  Base64: ['AAAA', 'data:,x'],
  TensorValues: [[1, 2], [[0.5], ['NaN']], 3],
  FloatTensor: [[1, 2], 'AAAAAA==', [[0.5]]],
  IntTensor: [[1], ['5']],
  BooleanTensor: [[true], [[false]]],
  StringTensor: [['a'], 'b'],
  FeatureValue: [1, 'a', true],
  DateTime: ['2026-01-31T12:00:00Z'],
  SafeInt: [4, 2 ** 40],
};
const oddValues: readonly unknown[] = [null, 0.5, 3e9, 'odd', '', true, [], [null], {}, { odd: 1 }, [[1]]];

class Composition {
  readonly #schema: GraphQLSchema;
  readonly #generate: fc.GeneratorValue;
  readonly #fragments: string[] = [];
  readonly #declarations: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  readonly #hasOddValues: boolean;
  #names = 0;

  constructor(schema: GraphQLSchema, generate: fc.GeneratorValue) {
    this.#schema = schema;
    this.#generate = generate;
    this.#hasOddValues = this.#chance(0.4);
  }

  compose(): ArbitraryOperation {
    const query = this.#schema.getQueryType();
    if (query == null) throw new Error('The schema has no queries.');
    const selection = this.#selectionOf(query, deepest);
    const declared = this.#declarations.length === 0 ? '' : `(${this.#declarations.join(', ')})`;
    return { text: [`query${declared} ${selection}`, ...this.#fragments].join('\n'), variables: this.#variables };
  }

  #selectionOf(type: GraphQLObjectType, room: number): string {
    const count = this.#generate(fc.integer, { min: 1, max: 4 });
    return `{ ${Array.from({ length: count }, () => this.#selection(type, room)).join(' ')} }`;
  }

  #selection(type: GraphQLObjectType, room: number): string {
    if (this.#chance(0.1)) return '__typename';
    if (room > 1 && this.#chance(0.2)) return this.#fragment(type, room);
    const fields = Object.values(type.getFields()).filter((field) => room > 1 || isLeafType(getNamedType(field.type)));
    if (fields.length === 0) return '__typename';
    const field = this.#oneOf(fields);
    const given = field.args.flatMap((argument) => this.#argument(argument));
    // Fields of one name in the response must have the same arguments.
    const alias = field.args.length > 0 || this.#chance(0.2) ? `${this.#name('a')}: ` : '';
    const below = getNamedType(field.type);
    const inner = isObjectType(below) ? ` ${this.#selectionOf(below, room - 1)}` : '';
    return `${alias}${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}${inner}`;
  }

  #fragment(type: GraphQLObjectType, room: number): string {
    const selection = this.#selectionOf(type, room - 1);
    // Only fields of the interface could be selected on it.
    const [shared] = type.getInterfaces();
    if (shared !== undefined && this.#chance(0.3)) return `... on ${shared.name} { ...on ${type.name} ${selection} }`;
    if (this.#chance(0.5)) return this.#chance(0.5) ? `... ${selection}` : `... on ${type.name} ${selection}`;
    const name = this.#name('F');
    this.#fragments.push(`fragment ${name} on ${type.name} ${selection}`);
    return this.#chance(0.3) ? `...${name} ...${name}` : `...${name}`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): readonly string[] {
    const mustBe = isNonNullType(type) && defaultValue === undefined;
    if (!mustBe && this.#chance(0.4)) return [];
    return [`${name}: ${this.#chance(0.6) ? this.#variable(type) : this.#literal(type, true)}`];
  }

  #variable(type: GraphQLInputType): string {
    const name = this.#name('v');
    const hasDefault = this.#chance(0.15);
    this.#declarations.push(`$${name}: ${String(type)}${hasDefault ? ` = ${this.#literal(type, false)}` : ''}`);
    const mayLack = hasDefault || !isNonNullType(type) || this.#isOdd();
    if (!mayLack || this.#chance(0.8)) this.#variables[name] = this.#value(type);
    return `$${name}`;
  }

  /** What a client would send as the value of a variable. */
  #value(type: GraphQLInputType): unknown {
    if (this.#isOdd()) return this.#oneOf(oddValues);
    if (isNonNullType(type)) return this.#value(type.ofType);
    if (isListType(type)) {
      const length = this.#generate(fc.integer, { min: 0, max: 3 });
      return Array.from({ length }, () => this.#value(type.ofType));
    }
    if (!isInputObjectType(type)) return this.#oneOf(valuesOf(type));
    const fields = Object.values(type.getFields()).filter(
      (field) => (isNonNullType(field.type) && !this.#isOdd()) || this.#chance(0.5),
    );
    const entries = fields.map(({ name, type: inner }): [string, unknown] => [name, this.#value(inner)]);
    if (this.#hasOddValues && this.#chance(0.2))
      entries.push([this.#oneOf(['unknown', '__proto__', 'constructor']), 1]);
    // As JSON makes them, `__proto__` among them.
    return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`);
  }

  #literal(type: GraphQLInputType, mayVary: boolean): string {
    if (mayVary && this.#chance(0.1)) return this.#variable(type);
    if (isNonNullType(type)) return this.#literalOfSome(type.ofType, mayVary);
    return this.#chance(0.1) ? 'null' : this.#literalOfSome(type, mayVary);
  }

  #literalOfSome(type: GraphQLInputType, mayVary: boolean): string {
    if (isNonNullType(type)) throw new Error('Something is not null already.');
    if (isListType(type)) return `[${this.#literal(type.ofType, mayVary)}]`;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || this.#chance(0.3));
      return `{ ${fields.map((field) => `${field.name}: ${this.#literal(field.type, mayVary)}`).join(', ')} }`;
    }
    const value = this.#oneOf(valuesOf(type));
    return isEnumType(type) ? String(value) : JSON.stringify(value);
  }

  #isOdd(): boolean {
    return this.#hasOddValues && this.#chance(0.05);
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #chance(probability: number): boolean {
    return this.#generate(fc.integer, { min: 0, max: 99 }) >= 100 - probability * 100;
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[this.#generate(fc.nat, { max: items.length - 1 })] as Item;
  }
}

function valuesOf(type: GraphQLLeafType): readonly unknown[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  const values = leafValues[type.name];
  if (values === undefined) throw new Error(`No values are known for the scalar ${type.name}.`);
  return values;
}
