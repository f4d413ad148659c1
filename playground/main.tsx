import type { ExecutionResult } from 'graphql';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Assistant } from './assistant.tsx';
import { createFetcher } from './fetcher.ts';
import { KeyForm } from './key-form.tsx';
import { keylessStorage } from './keyless-storage.ts';
import { introspectionOptions, LiveServer } from './live-server.ts';
import { modelsPlugin } from './models-pane.tsx';
import { preparedTabs } from './prepared-tabs.ts';
import { customScalarSchemas } from './scalars.ts';
import { ServerContext, useServer } from './server-context.ts';
import { troubleWords } from './trouble.ts';
import { provideEditorWorkers } from './workers.ts';

/** How long the page waits for the schema before it opens without prepared predictions, in milliseconds. */
const schemaWaitMs = 1500;

/** Relative, so that the playground also works behind a proxy that serves it below a path. */
const endpoint = new URL('graphql', document.baseURI);

const plugins = [modelsPlugin, HISTORY_PLUGIN];
const storage = keylessStorage(localStorage);

type Introspection = Promise<ExecutionResult>;

/** The playground, or a form for the key that is needed to open it. */
function Page({ introspection }: { readonly introspection: Introspection }) {
  const { server, state } = useServer();
  const [opened, setOpened] = useState(state.trouble?.kind === 'key-needed' ? null : introspection);
  if (opened !== null) return <Playground introspection={opened} />;
  const open = async (key: string): Promise<void> => {
    server.setKey(key);
    const introspected = server.introspect();
    await introspected.catch(() => undefined);
    if (server.state.trouble?.kind !== 'key-needed') setOpened(introspected);
  };
  return (
    <main className="key-page">
      <h1>inferql</h1>
      <KeyForm reason={state.trouble === null ? '' : troubleWords(state.trouble)} onKey={open} />
    </main>
  );
}

function Playground({ introspection }: { readonly introspection: Introspection }) {
  const { server } = useServer();
  const [fetcher] = useState(() => createFetcher(server, introspection));
  const [defaultTabs] = useState(() => preparedTabs(server.state.models));
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={defaultTabs}
      defaultEditorToolsVisibility="variables"
      customScalarSchemas={customScalarSchemas}
      plugins={plugins}
      visiblePlugin={modelsPlugin}
      storage={storage}
      shouldPersistHeaders={false}
      {...introspectionOptions}
    >
      <GraphiQL.Logo>inferql</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <Assistant />
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>
  );
}

function timeout(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function follow(server: LiveServer): void {
  const tellVisible = () => server.setVisible(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', tellVisible);
  window.addEventListener('focus', () => server.look());
  window.addEventListener('online', () => server.look());
  tellVisible();
}

async function openPlayground(root: Element): Promise<void> {
  provideEditorWorkers();
  const server = new LiveServer(endpoint, {
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const introspection = server.introspect();
  // GraphiQL shows the reason when it takes over the same promise; here the failure only means: no prepared prediction.
  await Promise.race([introspection.catch(() => undefined), timeout(schemaWaitMs)]);
  follow(server);
  createRoot(root).render(
    <ServerContext value={server}>
      <Page introspection={introspection} />
    </ServerContext>,
  );
}

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no element #root.');
await openPlayground(root);
