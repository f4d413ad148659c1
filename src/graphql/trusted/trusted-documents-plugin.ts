import { HeaderMap, type ApolloServerPlugin, type GraphQLRequest } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { TrustedDocumentsOptions } from '../../config/exposure-settings.ts';
import { errorTable, GatewayError } from '../../errors.ts';
import type { OperationContext } from '../context.ts';
import type { TrustedDocument, TrustedDocuments } from './documents-file.ts';

/** What a request comes to: a trusted document, nothing that is ours to decide, or a refusal. */
type Verdict =
  | { readonly kind: 'trusted'; readonly document: TrustedDocument }
  | { readonly kind: 'free' }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Stands in for a document that is refused, so that nothing of it is parsed or checked against the schema. */
const nothing = '{ __typename }';

/**
 * Puts the text of a trusted document in the place of its id, before Apollo looks for a text. With `require` nothing
 * else is run: neither other texts, nor what Apollo's automatic persisted queries would learn from clients.
 */
export function trustedDocumentsPlugin(
  current: () => TrustedDocuments,
  mode: Exclude<TrustedDocumentsOptions['mode'], 'off'>,
): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: async ({ request }) => {
      const verdict = judge(request, current(), mode);
      if (verdict.kind === 'free') return undefined;
      request.query = verdict.kind === 'trusted' ? verdict.document.text : nothing;
      delete request.extensions?.['persistedQuery'];
      // Nothing that is thrown before an operation was found is an error of the request to Apollo.
      if (verdict.kind === 'refused')
        return { didResolveOperation: () => Promise.reject(asGraphQLError(verdict.error)) };
      const { id } = verdict.document;
      return {
        // Apollo has no other place to change a validation error in; its own plugins do it here too.
        validationDidStart: async () => async (errors) => {
          for (const error of errors ?? []) {
            error.message = `The trusted document "${id}" does not fit the schema of this server: ${error.message}`;
          }
        },
      };
    },
  };
}

function judge(
  { query, extensions }: GraphQLRequest,
  { byId, byText }: TrustedDocuments,
  mode: 'allow' | 'require',
): Verdict {
  const hasText = query !== undefined && query !== '';
  const persistedQuery = extensions?.['persistedQuery'] as { readonly sha256Hash?: unknown } | null | undefined;
  const id = persistedQuery?.sha256Hash;
  const document = hasText ? byText.get(query) : findById(byId, id);
  if (document !== undefined) return { kind: 'trusted', document };
  if (mode === 'allow') return { kind: 'free' };
  if (hasText || typeof id !== 'string') {
    const message = 'This server runs trusted documents only, and this is none of them; send the id of one.';
    return { kind: 'refused', error: new GatewayError('DOCUMENT_NOT_TRUSTED', message) };
  }
  const message = 'This server has no trusted document with this id.';
  return { kind: 'refused', error: new GatewayError('PERSISTED_QUERY_NOT_FOUND', message) };
}

/** GraphQL over HTTP puts the name of the hash before it; Code Generator writes hashes without. */
function findById(byId: TrustedDocuments['byId'], id: unknown): TrustedDocument | undefined {
  if (typeof id !== 'string') return undefined;
  return byId.get(id) ?? byId.get(id.replace(/^sha256:/, ''));
}

function asGraphQLError(originalError: GatewayError): GraphQLError {
  const http = { status: errorTable[originalError.code].httpStatus, headers: new HeaderMap() };
  return new GraphQLError(originalError.message, { originalError, extensions: { http } });
}
