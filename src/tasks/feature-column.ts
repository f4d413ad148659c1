import { GraphQLBoolean, GraphQLFloat, GraphQLInt, type GraphQLScalarType, GraphQLString } from 'graphql';
import { type BadInputReason, ModelLoadError, badInput, describeValue } from '../errors.ts';
import type { ManifestFeature } from '../repository/manifest.ts';
import { type Datatype, datatypes } from '../tensors/datatypes.ts';
import { elementReaders, floatLimits, isUsableText, readWideInteger } from '../tensors/elements.ts';
import { requireExample } from './feature-example.ts';
import { type FeatureKind, describeExpected, describeFeature } from './feature-words.ts';
import type { FeatureInfo, SharedTypes } from './task.ts';

/** One feature as a column of an input, with all that is needed to check a value compiled once. */
export interface FeatureColumn {
  readonly info: FeatureInfo;
  readonly kind: FeatureKind;
  readonly datatype: Datatype;
  readonly type: GraphQLScalarType;
  /** The inclusive range of a number, with that of the datatype taken into account. */
  readonly least: number | bigint;
  readonly greatest: number | bigint;
  readonly categories: ReadonlySet<string> | null;
  /** What the model gets for null; undefined where null is refused. */
  readonly missing: number | bigint | string | undefined;
  /** What a value must be, in words. */
  readonly expected: string;
}

/**
 * Compiles a feature of the manifest.
 * @param name of its field.
 * @throws ModelLoadError for what cannot be asked of a column of this datatype.
 */
export function compileColumn(
  feature: ManifestFeature,
  name: string,
  datatype: Datatype,
  types: SharedTypes,
): FeatureColumn {
  const kind = featureKind(feature, datatype);
  requireSensible(feature, kind);
  const [least, greatest] = featureRange(feature, kind, datatype);
  const type = featureType(kind, least, greatest, types);
  const info: FeatureInfo = {
    name,
    originalName: name === feature.name ? null : feature.name,
    type: feature.nullable ? type.name : `${type.name}!`,
    description: describeFeature(feature, name),
    unit: feature.unit ?? null,
    min: feature.min ?? null,
    max: feature.max ?? null,
    categories: feature.categories ?? null,
    nullable: feature.nullable,
    example: feature.example ?? null,
  };
  const column: FeatureColumn = {
    info,
    kind,
    datatype,
    type,
    least,
    greatest,
    categories: feature.categories === undefined ? null : new Set(feature.categories),
    missing: missingElement(feature, datatype),
    expected: describeExpected(feature, kind, datatype, least, greatest),
  };
  requireExample(feature, type, column.expected, (value) => readElement(column, value));
  return column;
}

/**
 * Reads one value: a number for floats, integers and booleans (a bigint perhaps, for integers), else a string.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function readElement(column: FeatureColumn, value: unknown): number | bigint | string {
  if (value === undefined || value === null) {
    return column.missing ?? refuse(column, value, 'MISSING');
  }
  switch (column.kind) {
    case 'float':
      if (typeof value !== 'number') return refuse(column, value, 'WRONG_TYPE');
      return Number.isFinite(value) ? inRange(column, value, value) : refuse(column, value, 'NOT_FINITE');
    case 'integer': {
      const integer = readWideInteger(value);
      if (integer !== undefined) return inRange(column, integer, value);
      return refuse(column, value, Number.isInteger(value) ? 'OUT_OF_RANGE' : 'WRONG_TYPE');
    }
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : refuse(column, value, 'WRONG_TYPE');
    case 'string':
      if (typeof value !== 'string') return refuse(column, value, 'WRONG_TYPE');
      if (!isUsableText(value)) return refuse(column, value, 'INVALID_TEXT');
      return column.categories?.has(value) === false ? refuse(column, value, 'UNKNOWN_CATEGORY') : value;
  }
}

function inRange<Value extends number | bigint>(column: FeatureColumn, value: Value, received: unknown): Value {
  return value >= column.least && value <= column.greatest ? value : refuse(column, received, 'OUT_OF_RANGE');
}

function refuse({ info, expected }: FeatureColumn, value: unknown, reason: BadInputReason): never {
  throw badInput({ reason, input: info.name, expected, received: describeValue(value) });
}

function featureKind({ name, type }: ManifestFeature, datatype: Datatype): FeatureKind {
  const { json } = datatypes[datatype];
  const own = json === 'bigint' ? 'integer' : json;
  const narrower: Readonly<Record<FeatureKind, readonly FeatureKind[]>> = {
    float: ['float', 'integer', 'boolean'],
    integer: ['integer', 'boolean'],
    boolean: ['boolean'],
    string: ['string'],
  };
  if (type === undefined || narrower[own].includes(type)) return type ?? own;
  throw new ModelLoadError(
    `The feature "${name}" is of type ${type}, and its input takes ${datatype}, which holds ${narrower[own].join(' or ')}.`,
  );
}

/** Integers are GraphQL's own `Int` where every value that is accepted has 32 bits, whatever carries them. */
function featureType(
  kind: FeatureKind,
  least: number | bigint,
  greatest: number | bigint,
  types: SharedTypes,
): GraphQLScalarType {
  if (kind === 'boolean') return GraphQLBoolean;
  if (kind === 'string') return GraphQLString;
  if (kind === 'float') return GraphQLFloat;
  return least >= int32Range[0] && greatest <= int32Range[1] ? GraphQLInt : types.int64;
}

function requireSensible(feature: ManifestFeature, kind: FeatureKind): void {
  const { name, min, max, categories, missing, nullable, input } = feature;
  const fail = (what: string): never => {
    throw new ModelLoadError(`The feature "${name}"${input === undefined ? '' : ` of the input "${input}"`} ${what}.`);
  };
  const ordered = kind === 'float' || kind === 'integer';
  if (!ordered && (min !== undefined || max !== undefined)) fail(`has min or max, which a ${kind} cannot have`);
  if (min !== undefined && max !== undefined && min > max) fail(`has min ${min}, which is more than its max ${max}`);
  if (kind !== 'string' && categories !== undefined) fail(`has categories, which only a string can have`);
  if (!nullable && missing !== undefined) fail('has a value for missing, and is not nullable');
}

const int32Range = [-(2 ** 31), 2 ** 31 - 1] as const;

/** What the manifest and the datatype accept, both; both ends belong to it. */
function featureRange(
  { min, max }: ManifestFeature,
  kind: FeatureKind,
  datatype: Datatype,
): readonly [number | bigint, number | bigint] {
  const [least, greatest] = ownRange(kind, datatype);
  return [min !== undefined && min > least ? min : least, max !== undefined && max < greatest ? max : greatest];
}

function ownRange(kind: FeatureKind, datatype: Datatype): readonly [number | bigint, number | bigint] {
  if (datatype !== 'FP16' && datatype !== 'FP32' && datatype !== 'FP64') return datatypes[datatype].range ?? [0, 1];
  const limit = floatLimits[datatype];
  if (kind !== 'integer') return [-limit, limit];
  return [Math.max(int32Range[0], Math.ceil(-limit)), Math.min(int32Range[1], Math.floor(limit))];
}

function missingElement({ name, nullable, missing }: ManifestFeature, datatype: Datatype) {
  if (!nullable) return undefined;
  const { json } = datatypes[datatype];
  if (missing === undefined) {
    if (json === 'float') return Number.NaN;
    throw new ModelLoadError(
      `The feature "${name}" is nullable, and its input takes ${datatype}, which has no NaN; say what is missing: in the manifest.`,
    );
  }
  const element = typeof missing === 'boolean' && json !== 'boolean' ? Number(missing) : missing;
  const reader = elementReaders[datatype];
  if (reader.allocate(1).fill([element], 0) !== -1) {
    throw new ModelLoadError(
      `The feature "${name}" says missing: ${describeValue(missing)}, and its input takes ${reader.expected}.`,
    );
  }
  if (json === 'string') return String(element);
  return json === 'bigint' ? readWideInteger(element) : Number(element);
}
