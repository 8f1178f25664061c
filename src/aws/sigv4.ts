import { createHash, createHmac } from 'node:crypto';
import { percentEncoded } from '../domain/text/percent-encoding.ts';

/** Long-lived keys of a user, or those of a session, which carry a token. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** A request as it goes over the wire. */
export interface SignableRequest {
  method: string;
  host: string;
  /** As it is sent, without the query. */
  path: string;
  query?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Every header to sign beside host and date. A name may come more than once. */
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
}

export interface SigningScope {
  region: string;
  service: string;
  /** Milliseconds since the epoch. AWS refuses a signature that is more than five minutes off. */
  at: number;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text, 'utf8').digest();

/** Compares by code unit, whatever the language of the machine. */
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The path without `.`, `..` and repeated slashes, each segment encoded once more than it was sent. */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(percentEncoded(part));
  }
  const folder = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${folder}`;
}

const canonicalQuery = (query: SignableRequest['query'] = []) =>
  query
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a, x], [b, y]) => byText(a, b) || byText(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Lower-case names in order, values without spaces at their ends or doubled inside. Values of one name are joined as they came. */
function canonicalHeaders(headers: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const known = values.get(name.toLowerCase()) ?? [];
    values.set(name.toLowerCase(), [...known, value.trim().replace(/\s+/g, ' ')]);
  }
  return [...values].map(([name, all]) => [name, all.join(',')] as const).sort(([a], [b]) => byText(a, b));
}

/** 20150830T123600Z */
export const amzDate = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

/**
 * The headers that sign a request: date, token and signature, by Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function signingHeaders(
  request: SignableRequest,
  credentials: AwsCredentials,
  { region, service, at }: SigningScope,
): Record<string, string> {
  const date = amzDate(at);
  const day = date.slice(0, 8);
  const { sessionToken: token } = credentials;
  const added: Record<string, string> = {
    'x-amz-date': date,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  };
  const headers = canonicalHeaders([
    ['host', request.host],
    ...(request.headers ?? []),
    ...Object.entries(added),
  ]);
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body ?? ''),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString(
    'hex',
  );
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}
