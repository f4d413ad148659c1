import { parse, type DocumentNode } from 'graphql';
import { z } from 'zod';
import { AccessError } from '../../access/access-error.ts';
import { describeValue } from '../../errors.ts';

/** A document that whoever runs the server has let in. */
export interface TrustedDocument {
  readonly id: string;
  readonly text: string;
  readonly document: DocumentNode;
}

/** The trusted documents of one state of the file. */
export interface TrustedDocuments {
  readonly byId: ReadonlyMap<string, TrustedDocument>;
  readonly byText: ReadonlyMap<string, TrustedDocument>;
}

const fileSchema = z.record(z.string().min(1).max(500), z.string());

/**
 * Reads trusted documents as the client preset of GraphQL Code Generator writes them: an object of documents by their
 * hashes. Any ids will do, since clients name a document by what stands in the file.
 * @throws AccessError that says what does not fit.
 */
export function parseTrustedDocuments(text: string): TrustedDocuments {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new AccessError(`The file of trusted documents is no JSON: ${messageOf(error)}`, { cause: error });
  }
  const checked = fileSchema.safeParse(content);
  if (!checked.success) {
    throw new AccessError(
      'The file of trusted documents must be an object of documents by their ids, all of them texts.',
    );
  }
  const documents = Object.entries(checked.data).map(([id, each]) => ({
    id,
    text: each,
    document: parseOne(id, each),
  }));
  return {
    byId: new Map(documents.map((document) => [document.id, document])),
    byText: new Map(documents.map((document) => [document.text, document])),
  };
}

function parseOne(id: string, text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw new AccessError(`The trusted document ${describeValue(id)} is no GraphQL: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
