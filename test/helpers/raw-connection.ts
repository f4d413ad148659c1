import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a server on which bytes are written by hand. */
export interface RawConnection {
  /** Resolves when what was received so far matches. Rejects when the connection ends without it. */
  received(pattern: RegExp): Promise<string>;
  write(text: string): void;
  /** Leaves without a word. */
  destroy(): void;
  /** Resolves with everything that was received, once the server has closed the connection. */
  readonly closed: Promise<string>;
}

/** Connects to a server by its URL. */
export async function connectRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // What matters of an error is that the connection is closed.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  const received = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text)) {
      if (socket.destroyed) throw new Error(`The connection closed before ${pattern}: ${text}`);
      await Promise.race([once(socket, 'data'), closed]);
    }
    return text;
  };
  return { received, closed, write: (bytes) => void socket.write(bytes), destroy: () => void socket.destroy() };
}

/**
 * Starts to post a GraphQL request: resolves as soon as the server has it in hand, and waits for its body.
 * @returns the rest to write
 */
export async function beginPost(connection: RawConnection, body: string): Promise<string> {
  connection.write(
    [
      'POST /graphql HTTP/1.1',
      'host: test',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'expect: 100-continue',
      '',
      '',
    ].join('\r\n'),
  );
  await connection.received(/^HTTP\/1\.1 100 /);
  return body;
}
