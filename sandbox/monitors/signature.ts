import { createHash, createHmac } from 'node:crypto';

/** The keys of a session, as the stand-in knows them. */
export interface Keys {
  id: string;
  secret: string;
  token: string | undefined;
  /** Milliseconds since the epoch. */
  expires: number;
}

export interface Signed {
  method: string;
  /** As it was sent, with the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export type Refusal = { code: string; message: string };

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

const timeOf = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The parameters in the order of their encoded names, then of their values. A plus sign is a plus sign. */
function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs
    .map((pair) => pair.split(/=(.*)/s).slice(0, 2))
    .map(([name = '', value = '']) => [encoded(decodeURIComponent(name)), encoded(decodeURIComponent(value))])
    .sort(([a = '', x = ''], [b = '', y = '']) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

/**
 * Checks a request the way AWS documents it: every header that matters is signed, the time is within five minutes, the scope is that
 * of the service, and the signature follows from the secret. Returns why it is refused, or undefined.
 */
export function refusalOf(
  { method, path, headers, body }: Signed,
  keysOf: (id: string) => Keys | undefined,
  { region, service, now }: { region: string; service: string; now: number },
): Refusal | undefined {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!given)
    return {
      code: 'MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    };
  const [, id = '', day = '', inRegion, forService, names = '', signature] = given;
  const keys = keysOf(id);
  if (!keys || headers['x-amz-security-token'] !== keys.token)
    return {
      code: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    };
  if (keys.expires <= now)
    return {
      code: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    };
  const date = headers['x-amz-date'] ?? '';
  const at = timeOf(date);
  const wrong = (message: string) => ({ code: 'InvalidSignatureException', message });
  if (!(now - at <= 300_000))
    return wrong(`Signature expired: ${date} is now earlier than the current time less 5 min.`);
  if (at - now > 300_000)
    return wrong(`Signature not yet current: ${date} is still later than the current time plus 5 min.`);
  if (inRegion !== region || forService !== service || !date.startsWith(day))
    return wrong(`Credential should be scoped to a valid region and to the service ${service}.`);
  const signed = names.split(';');
  const needed = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (needed.some((name) => !signed.includes(name))) return wrong('Host and x-amz headers must be signed.');
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`);
  const [folder = '', query = ''] = path.split(/\?(.*)/s);
  const canonical = `${method}\n${folder}\n${canonicalQuery(query)}\n${lines.join('\n')}\n\n${names}\n${hash(body)}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/${service}/aws4_request\n${hash(canonical)}`;
  const key = mac(mac(mac(mac(`AWS4${keys.secret}`, day), region), service), 'aws4_request');
  if (mac(key, text).toString('hex') === signature) return undefined;
  return wrong('The request signature we calculated does not match the signature you provided.');
}
