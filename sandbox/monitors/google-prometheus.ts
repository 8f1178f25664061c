import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../core/listen.ts';

type Form = 'GET' | 'POST';

/** Fields of the requests in the discovery document of monitoring v1 (2026-09-03). */
const fields: Readonly<Record<string, readonly string[]>> = {
  query: ['query', 'time', 'timeout'],
  query_range: ['query', 'start', 'end', 'step', 'timeout'],
};

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Google Cloud Managed Service for Prometheus before any server with Prometheus' API. The reference has `query` and `query_range` by GET
 * with an empty body, and the discovery document by POST with a JSON body: it takes those that it is told to.
 */
export async function startGooglePrometheus({
  upstream,
  project,
  token,
  forms = ['GET', 'POST'],
  queriesPerMinute = Number.POSITIVE_INFINITY,
}: {
  upstream: string;
  project: string;
  token: string;
  forms?: readonly Form[];
  queriesPerMinute?: number;
}) {
  const requests: { method: string; target: string; body: string }[] = [];
  const prefix = `/v1/projects/${project}/location/global/prometheus/api/v1/`;
  let asked = 0;
  const server = createServer(async (request, response) => {
    const target = request.url ?? '/';
    const method = request.method ?? '';
    const body = await textOf(request);
    requests.push({ method, target, body });
    const url = new URL(target, 'http://front');
    const refuse = (code: number, status: string, message: string) => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code, status, message } }));
    };
    const name = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : '';
    // The front end answers an unknown pair of method and path with a page.
    const notFound = () =>
      response.writeHead(404, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>404</title>');
    const known = fields[name];
    if (name === '' || (known ? !forms.includes(method as Form) : method !== 'GET')) return notFound();
    if (request.headers.authorization !== `Bearer ${token}`)
      return refuse(
        401,
        'UNAUTHENTICATED',
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      );
    if (++asked > queriesPerMinute)
      return refuse(
        429,
        'RESOURCE_EXHAUSTED',
        "Quota exceeded for quota metric 'Time series queries' and limit 'Time series queries per minute' of service 'monitoring.googleapis.com'.",
      );
    const sent =
      method === 'POST'
        ? (JSON.parse(body || '{}') as Record<string, unknown>)
        : Object.fromEntries(url.searchParams);
    const strange = known && Object.keys(sent).find((field) => !known.includes(field));
    if (strange)
      return refuse(
        400,
        'INVALID_ARGUMENT',
        `Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`,
      );
    const parameters = known ? new URLSearchParams(sent as Record<string, string>) : url.searchParams;
    const answer = await fetch(`${upstream}/api/v1/${name}?${parameters}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  const running = await listen(server, 'google-prometheus');
  return { url: running.url, close: running.close, requests };
}
