import type { Server, ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** What is known of a connection. */
interface Connection {
  /** Requests that have begun and are not over. */
  inHand: number;
  /** Requests that have ever begun. */
  begun: number;
  /** The answer to the one that began last, until it is over. */
  newest: ServerResponse | null;
}

/** Who has connected by the time of the stop and says nothing for so long has no request under way. */
const silenceMs = 1000;

/**
 * The open connections of a server and what is in hand on them, so that it can stop without cutting anybody off. Node's
 * own `close()` destroys connections whose answer is written but not sent yet, and waits for ever for those on which
 * nothing was sent.
 */
export class Connections {
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  /** TCP connections; of those of TLS also such as have not shaken hands yet. */
  readonly #sockets = new Set<Socket>();
  #isDraining = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#connections.set(socket, { inHand: 0, begun: 0, newest: null });
      socket.once('close', () => this.#connections.delete(socket));
    });
    // Called by `close()` of Node's server, and by nobody else.
    server.closeIdleConnections = () => this.#endIdle();
  }

  /** Notes that a request has begun, by its answer. @returns what is to be called once it is over. */
  begin(response: ServerResponse): () => void {
    const { socket } = response.req;
    const connection = this.#connections.get(socket);
    // Servers that listen on more than one address of a name share the routes, and not their connections.
    if (connection === undefined) return () => undefined;
    connection.inHand += 1;
    connection.begun += 1;
    const before = connection.newest;
    connection.newest = response;
    if (this.#isDraining) {
      // Node sends nothing after an answer that says so, not even the answers to requests that it has read.
      if (before?.headersSent === false) before.removeHeader('connection');
      sayLast(connection);
    }
    return () => {
      connection.inHand -= 1;
      if (connection.newest === response) connection.newest = null;
      if (this.#isDraining && connection.inHand === 0) socket.end();
    };
  }

  /**
   * Whether a request has come to a server that stops, on a connection that had others before. Whoever opened one for it
   * could not know of the stop, and is answered.
   */
  isLate(socket: Socket): boolean {
    return this.#isDraining && (this.#connections.get(socket)?.begun ?? 0) > 1;
  }

  /**
   * Takes no more connections, and resolves when all of them are closed: the idle ones at once, those with requests in
   * hand after the answers, and whatever is left after the grace period without any answer.
   */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    this.#connections.forEach(sayLast);
    const { promise, resolve } = Promise.withResolvers<void>();
    // An error means only that it never listened.
    this.#server.close(() => resolve());
    const timers = [
      setTimeout(() => this.#endSilent(), Math.min(silenceMs, graceMs)),
      setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), graceMs),
    ];
    await promise;
    timers.forEach((timer) => clearTimeout(timer));
  }

  #endIdle(): void {
    for (const [socket, { inHand, begun }] of this.#connections) if (inHand === 0 && begun > 0) socket.end();
  }

  #endSilent(): void {
    for (const [socket, { begun }] of this.#connections) if (begun === 0) socket.end();
  }
}

/** Tells the client with its last answer that the connection ends: it would send the next request on it, and lose that. */
function sayLast({ newest }: Connection): void {
  if (newest?.headersSent === false) newest.setHeader('connection', 'close');
}
