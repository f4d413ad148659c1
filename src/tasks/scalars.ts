import { GraphQLError, type GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { describeValue } from '../errors.ts';
import { readWideInteger } from '../tensors/elements.ts';
import { jsonInteger } from '../tensors/values.ts';
import { defineScalar } from './define-scalar.ts';
import { tensorScalars } from './tensor-scalars.ts';

const least = -(2n ** 63n);
/** One 64-bit scalar serves signed and unsigned integers; the input's own datatype is checked in `encode`. */
const greatest = 2n ** 64n - 1n;

/** Parses to a bigint; serializes a bigint, or a whole number, by the rules of `jsonInteger`. */
const Int64 = defineScalar({
  name: 'Int64',
  parseValue: parseInt64,
  parseLiteral(node) {
    if (node.kind === Kind.INT) return parseInt64(BigInt(node.value));
    return parseInt64(simpleLiteral(node));
  },
  serialize: (value) => jsonInteger(parseInt64(value)),
});

function parseInt64(value: unknown): bigint {
  const integer = readWideInteger(value);
  if (integer !== undefined && integer >= least && integer <= greatest) return integer;
  throw refused('Int64', 'an integer of 64 bits, beyond ±(2^53 - 1) as a decimal string', value);
}

/** Parses to a string: the decimal number of a version, or one of its labels. */
const VersionRef = defineScalar({
  name: 'VersionRef',
  parseValue: parseVersionRef,
  parseLiteral: (node) => parseVersionRef(simpleLiteral(node)),
  serialize: (value) => parseVersionRef(value),
});

function parseVersionRef(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw refused('VersionRef', 'a version number or a label', value);
}

/** Parses to the base64 text as it is; whoever decodes it checks it, once. Data URIs therefore pass too. */
const Base64 = defineScalar({
  name: 'Base64',
  parseValue: parseBase64,
  parseLiteral: (node) => parseBase64(simpleLiteral(node)),
  serialize: parseBase64,
});

function parseBase64(value: unknown): string {
  if (typeof value === 'string') return value;
  throw refused('Base64', 'a string', value);
}

/** Only goes out, as the manifest gave it: which of its kinds a field takes, the field's own type says. */
const FeatureValue = defineScalar({
  name: 'FeatureValue',
  parseValue: featureValue,
  parseLiteral: (node) => featureValue(simpleLiteral(node)),
  serialize: featureValue,
});

function featureValue(value: unknown): number | string | boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw refused('FeatureValue', 'a finite number, a string or a boolean', value);
}

/** Parses to a Date; serializes a Date, or milliseconds since 1970. */
const DateTime = defineScalar({
  name: 'DateTime',
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(simpleLiteral(node)),
  serialize(value) {
    const date = typeof value === 'number' ? new Date(value) : value;
    if (date instanceof Date && !Number.isNaN(date.getTime())) return date.toISOString();
    throw refused('DateTime', 'an instant', value);
  },
});

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function parseDateTime(value: unknown): Date {
  const date = typeof value === 'string' && rfc3339.test(value) ? new Date(value) : undefined;
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw refused('DateTime', 'an instant such as 2026-01-31T12:00:00.000Z', value);
}

/** Parses to a number; serializes a number or a bigint that a number holds exactly. */
const SafeInt = defineScalar({
  name: 'SafeInt',
  parseValue: parseSafeInt,
  parseLiteral: (node) => parseSafeInt(simpleLiteral(node)),
  serialize: (value) => parseSafeInt(typeof value === 'bigint' ? Number(value) : value),
});

function parseSafeInt(value: unknown): number {
  if (Number.isSafeInteger(value)) return Number(value);
  throw refused('SafeInt', 'an integer within ±(2^53 - 1)', value);
}

/** The value of a literal without parts; undefined, which no parser takes, for all others. */
function simpleLiteral(node: ValueNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  return node.kind === Kind.STRING || node.kind === Kind.BOOLEAN ? node.value : undefined;
}

function refused(scalar: string, expected: string, value: unknown): GraphQLError {
  return new GraphQLError(`${scalar}: expected ${expected}, got ${describeValue(value)}.`);
}

/** The scalars of `schema/scalars.graphql`, by name. Their descriptions are those of the SDL. */
export const scalars: Readonly<Record<string, GraphQLScalarType>> = {
  VersionRef,
  Int64,
  Base64,
  ...tensorScalars,
  FeatureValue,
  DateTime,
  SafeInt,
};
