import { isLoopback } from '../domain/proxy/no-proxy.ts';

/** Headers that let their holder act for someone, in the words of a message. */
const headerNames =
  /^(authorization|proxy-authorization|cookie|x-goog-iap-jwt-assertion)$|(^|[-_])(token|secret|password|api-?key|apikey|access-?key|application-?key)$/i;

/** What in the request is a credential: a header, or user and password of the URL. Undefined if there is none. */
export function credentialIn(url: URL, headers: Readonly<Record<string, string>>): string | undefined {
  if (url.password || url.username) return 'The password in the URL';
  const name = Object.keys(headers).find((header) => headerNames.test(header));
  return name && `The header ${name.toLowerCase()}`;
}

/** The one rule for every credential: https, or a server on this machine. */
export const mayCarryCredential = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
