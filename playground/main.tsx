import { GraphiQL } from 'graphiql';
import {
  buildClientSchema,
  type ExecutionResult,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { createRoot } from 'react-dom/client';
import { createFetcher, postOperation } from './fetcher.ts';
import { preparedTabs } from './prepared-tabs.ts';
import { customScalarSchemas } from './scalars.ts';
import { provideEditorWorkers } from './workers.ts';

/** How long the page waits for the schema before it opens without prepared predictions, in milliseconds. */
const schemaWaitMs = 1500;

/** The same options go to GraphiQL, which takes over the answer to this introspection. */
const introspectionOptions = { inputValueDeprecation: true, schemaDescription: true };

/** Relative, so that the playground also works behind a proxy that serves it below a path. */
const endpoint = new URL('graphql', document.baseURI);

function schemaOf(answer: ExecutionResult | null): GraphQLSchema | null {
  return isIntrospection(answer?.data) ? buildClientSchema(answer.data) : null;
}

function isIntrospection(data: unknown): data is IntrospectionQuery {
  return typeof data === 'object' && data !== null && '__schema' in data;
}

function timeout(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds);
  });
}

async function openPlayground(root: Element): Promise<void> {
  provideEditorWorkers();
  const introspection = postOperation(endpoint, {
    query: getIntrospectionQuery(introspectionOptions),
    operationName: 'IntrospectionQuery',
  });
  // GraphiQL shows the reason when it takes over the same promise; here the failure only means: no prepared prediction.
  const answer = await Promise.race([introspection.catch(() => null), timeout(schemaWaitMs)]);
  createRoot(root).render(
    <GraphiQL
      fetcher={createFetcher(endpoint, introspection)}
      defaultTabs={preparedTabs(schemaOf(answer))}
      defaultEditorToolsVisibility="variables"
      customScalarSchemas={customScalarSchemas}
      {...introspectionOptions}
    >
      <GraphiQL.Logo>inferql</GraphiQL.Logo>
    </GraphiQL>,
  );
}

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no element #root.');
await openPlayground(root);
