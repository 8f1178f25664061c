import type { ServerResponse } from 'node:http';
import type { Stopped } from '../iap/pass.ts';
import type { Outcome } from '../revisions/instance.ts';

/** An answer that Google's front end gives itself, and the text that Cloud Run's request log has for it. */
export interface Refusal {
  status: number;
  title: string;
  heading: string;
  sentence: string;
  headers?: Record<string, string>;
  log: string;
  /** The request was refused because of the network that it came from. */
  ingress?: true;
}

const docs = 'https://cloud.google.com/run/docs';

const safe = (path: string) => path.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

export const forbidden = (
  log = 'The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header.',
): Refusal => ({
  status: 403,
  title: '403 Forbidden',
  heading: 'Error: Forbidden',
  sentence: 'Your client does not have permission to get URL <code>PATH</code> from this server.',
  log: `${log} Read more at ${docs}/securing/authenticating Additional troubleshooting documentation can be found at: ${docs}/troubleshooting#unauthorized-client`,
});

export const lacksRole = (): Refusal => forbidden('The request was not authorized to invoke this service.');

export const unauthorized = (description = 'The access token could not be verified'): Refusal => ({
  status: 401,
  title: '401 Unauthorized',
  heading: 'Error: Unauthorized',
  sentence: 'Your client does not have permission to the requested URL <code>PATH</code>.',
  headers: { 'www-authenticate': `Bearer error="invalid_token" error_description="${description}"` },
  log: `The request was not authorized to invoke this service. Read more at ${docs}/securing/authenticating Additional troubleshooting documentation can be found at: ${docs}/troubleshooting#401`,
});

export const notThere = (
  log = 'The request was refused by the ingress settings of the service.',
): Refusal => ({
  status: 404,
  title: '404 Page not found',
  heading: 'Error: Page not found',
  sentence: 'The requested URL was not found on this server.',
  log,
});

export const refusedByIngress = (): Refusal => ({ ...notThere(), ingress: true });

/** What Identity-Aware Proxy answered itself. */
export const iapAnswer = (stopped: Stopped): Refusal => ({
  status: stopped.status,
  title: String(stopped.status),
  heading: stopped.text,
  sentence: '',
  headers: stopped.headers,
  log: 'The request was refused by Identity-Aware Proxy.',
});

const failures: Record<Exclude<Outcome, 'answered' | 'aborted'>, Refusal> = {
  exhausted: {
    status: 429,
    title: '429 Too Many Requests',
    heading: 'Rate exceeded.',
    sentence: '',
    log: `The request was aborted because there was no available instance. Additional troubleshooting documentation can be found at: ${docs}/troubleshooting#abort-request`,
  },
  broken: {
    status: 503,
    title: '503 Server Error',
    heading: 'Error: Server Error',
    sentence: 'The service you requested is not available at this time.',
    log: `The request failed because either the HTTP response was malformed or connection to the instance had an error. Additional troubleshooting documentation can be found at: ${docs}/troubleshooting#malformed-response-or-connection-error`,
  },
  timeout: {
    status: 504,
    title: '504 Gateway Timeout',
    heading: 'upstream request timeout',
    sentence: '',
    log: 'The request has been terminated because it has reached the maximum request timeout. To change this limit, see https://cloud.google.com/run/docs/configuring/request-timeout',
  },
  'too-large': {
    status: 413,
    title: '413 Request Entity Too Large',
    heading: 'Error: Request Entity Too Large',
    sentence: 'Your client issued a request that was too large.',
    log: 'The request was too large for HTTP/1.',
  },
};

export const failureOf = (outcome: keyof typeof failures): Refusal => failures[outcome];

/** Writes the refusal and returns the size of its body in bytes. */
export function refuse(response: ServerResponse, refusal: Refusal, path: string): number {
  const plain = refusal.sentence === '';
  const body = plain
    ? refusal.heading
    : `\n<html><head>\n<meta http-equiv="content-type" content="text/html;charset=utf-8">\n<title>${refusal.title}</title>\n</head>\n` +
      `<body text=#000000 bgcolor=#ffffff>\n<h1>${refusal.heading}</h1>\n<h2>${refusal.sentence.replace('PATH', safe(path))}</h2>\n<h2></h2>\n</body></html>\n`;
  if (response.headersSent) response.destroy();
  else {
    response.writeHead(refusal.status, {
      'content-type': plain ? 'text/plain' : 'text/html; charset=UTF-8',
      'content-length': Buffer.byteLength(body),
      ...refusal.headers,
      // The rest of the upload is never read, so the connection cannot be reused.
      connection: 'close',
    });
    response.end(body);
  }
  return Buffer.byteLength(body);
}
