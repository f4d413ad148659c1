import type { DocumentNode } from 'graphql';

/** Characters of all documents together. Parsed, a document takes some fifty times as much memory. */
const maxCharacters = 1_000_000;

/** Documents that were parsed and found valid, the latest used, for all views of the schema together. */
export class DocumentCache {
  readonly #documents = new Map<string, DocumentNode>();
  #characters = 0;

  async get(key: string): Promise<DocumentNode | undefined> {
    const document = this.#documents.get(key);
    if (document === undefined) return undefined;
    this.#documents.delete(key);
    this.#documents.set(key, document);
    return document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#remove(key);
    this.#documents.set(key, document);
    this.#characters += lengthOf(document);
    for (const oldest of this.#documents.keys()) {
      if (this.#characters <= maxCharacters) break;
      this.#remove(oldest);
    }
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  #remove(key: string): boolean {
    const document = this.#documents.get(key);
    if (document === undefined) return false;
    this.#characters -= lengthOf(document);
    return this.#documents.delete(key);
  }
}

function lengthOf({ loc }: DocumentNode): number {
  return loc?.source.body.length ?? maxCharacters;
}
