import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API that listens: base URL without a trailing slash. */
export interface RunningApi {
  name: string;
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. The returned `close` also ends open and hanging connections. */
export async function listen(server: Server, name: string, port = 0): Promise<RunningApi> {
  // Longer than any poll interval, so that a client never sends on a connection that is just being closed.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    name,
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
