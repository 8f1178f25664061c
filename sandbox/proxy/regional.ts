import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listen, type RunningApi } from '../core/listen.ts';

/** `us-central1-127.0.0.1:4000`, which is what gcloud makes of the override `http://127.0.0.1:4000/`. */
const REGIONAL = /^http:\/\/(?:([a-z]+-[a-z]+\d+)-)?(127\.0\.0\.1:\d+)(\/.*)$/;

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [, region, address, path] = REGIONAL.exec(incoming.url ?? '') ?? [];
  if (!address) {
    outgoing.writeHead(502, { 'content-type': 'text/plain' });
    outgoing.end(`The sandbox passes requests on to its own servers only, not to ${incoming.url}.\n`);
    incoming.resume();
    return;
  }
  const { connection, 'proxy-connection': _, 'proxy-authorization': __, ...headers } = incoming.headers;
  // The front end of a region knows which region it is. Here the header says it.
  const place = region ? { 'x-sandbox-region': region } : {};
  const onward = request(
    `http://${address}${path}`,
    { method: incoming.method, headers: { ...headers, ...place, host: address } },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/**
 * The way of a real gcloud to Cloud Run. `gcloud run` puts the region before the host of the API, also before that of an
 * override, and no name service knows the result. gcloud sends plain requests through a proxy that its settings name, and
 * this one takes the region off again.
 */
export async function startRegionalProxy(): Promise<RunningApi> {
  return listen(createServer(forward), 'regional');
}
