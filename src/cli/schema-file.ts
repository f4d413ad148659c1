import { readFile } from 'node:fs/promises';
import { buildSchema, findBreakingChanges, findDangerousChanges, type GraphQLSchema } from 'graphql';
import { OptionsError } from '../config/options.ts';

/** One difference between two schemas. */
export interface SchemaChange {
  /** As graphql-js names it: `FIELD_REMOVED`. */
  readonly type: string;
  readonly description: string;
}

/** What clients of the schema in a file would notice of another schema. */
export interface SchemaComparison {
  /** The file, as it was given. */
  readonly file: string;
  /** What fails operations that were valid. */
  readonly breaking: readonly SchemaChange[];
  /** What leaves operations valid, and may surprise the program that sent them. */
  readonly dangerous: readonly SchemaChange[];
}

/**
 * Reads a schema that clients rely on.
 * @throws OptionsError when it cannot be read, or holds no schema.
 */
export async function readSchemaFile(file: string): Promise<GraphQLSchema> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new OptionsError(`option --schema: ${file} cannot be read (${code})`);
  }
  try {
    return buildSchema(text);
  } catch (error) {
    const said = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
    throw new OptionsError(`option --schema: ${file} holds no GraphQL schema: ${said}`);
  }
}

/** Compares the schema of a file with the one that would take its place. */
export function compareSchemas(file: string, before: GraphQLSchema, after: GraphQLSchema): SchemaComparison {
  return {
    file,
    breaking: findBreakingChanges(before, after).map(plainChange),
    dangerous: findDangerousChanges(before, after).map(plainChange),
  };
}

function plainChange({ type, description }: SchemaChange): SchemaChange {
  return { type, description };
}
