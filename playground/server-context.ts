import { createContext, useContext, useSyncExternalStore } from 'react';
import type { LiveServer, ServerState } from './live-server.ts';

/** Gives the server to everything on the page. */
export const ServerContext = createContext<LiveServer | null>(null);

/** The server, and what is known of it now. */
export function useServer(): { readonly server: LiveServer; readonly state: ServerState } {
  const server = useContext(ServerContext);
  if (server === null) throw new Error('Outside of ServerContext there is no server.');
  const state = useSyncExternalStore(
    (listener) => server.subscribe(listener),
    () => server.state,
  );
  return { server, state };
}
