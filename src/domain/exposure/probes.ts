/**
 * What an answer to a request without a token proves. Google's front end and a function can both answer 401, 403 and
 * 404, so the shape decides: only the front end's own pages count as refused; what an application wrote was reached.
 */

export type ProbeClass =
  /** The front end asked for a token (401, 403), or refused by ingress (403). */
  | 'refused'
  /** The front end has no such page from here: internal ingress, a disabled URL, a tag that is gone. */
  | 'not-routed'
  /** Identity-Aware Proxy asks for a sign-in. */
  | 'iap'
  /** The application answered: it is public. */
  | 'reached'
  /** An answer that proves neither. */
  | 'unclear'
  | 'no-answer';

export interface ProbeRecord {
  url: string;
  method: string;
  status: number;
  class: ProbeClass;
  /** Why it was classed so, in a few words. */
  note: string;
  /** Where the URL came from, such as `serviceConfig.uri`. */
  from: string;
  /** A URL that is only guessed: no answer from it proves nothing and costs nothing. */
  guessed: boolean;
  milliseconds: number;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  error?: string | undefined;
}

/** Titles of the pages of Cloud Run's and Cloud Functions' front end. */
const refusedPage =
  /<title>\s*(401 Unauthorized|403 Forbidden|Error 40[13] \([^<]*)\s*!*\d*<\/title>|Your client does not have permission|Access is forbidden/i;
const missingPage =
  /<title>\s*(404 Page not found|Error 404 \(Not Found\)[^<]*|404 Not Found)\s*<\/title>[\s\S]*(was not found on this server|That.s an error)/i;
const brokenPage =
  /<title>\s*(429|5\d\d)[^<]*<\/title>|^(Rate exceeded\.|Service Unavailable|no healthy upstream|upstream connect error)/i;
const googleSignIn =
  /^https:\/\/accounts\.google\.com\/|^https:\/\/[\w.-]*\.byoid\.googleusercontent\.com\//i;

const classed = (klass: ProbeClass, note: string) => ({ class: klass, note });

export function classifyProbe(answer: Answer): { class: ProbeClass; note: string } {
  const { status, headers, body } = answer;
  if (status === 0) return classed('no-answer', answer.error ?? 'no answer');
  const type = (headers['content-type'] ?? '').toLowerCase();
  const ownHeaders = headers['x-powered-by'] !== undefined || headers['set-cookie'] !== undefined;
  if (status === 401 || status === 403) {
    if (headers['x-goog-iap-generated-response'] !== undefined)
      return classed('iap', 'refused by Identity-Aware Proxy');
    if (refusedPage.test(body) && !ownHeaders) return classed('refused', "refused by Google's front end");
    if (body === '' && !ownHeaders)
      return classed('unclear', `${status} without a body: whose answer it is cannot be told`);
    if (type.includes('json') || ownHeaders) return classed('reached', `the function's own ${status}`);
    return classed('unclear', `a ${status} that is not the page of Google's front end`);
  }
  if (status === 404 && missingPage.test(body) && !ownHeaders)
    return classed('not-routed', "not found at Google's front end");
  if (status >= 300 && status < 400) {
    if (googleSignIn.test(headers.location ?? ''))
      return classed('iap', 'sent to the Google sign-in by Identity-Aware Proxy');
    return classed('reached', 'the function answered with a redirect');
  }
  if ((status === 429 || status >= 500) && (brokenPage.test(body) || body === '') && !ownHeaders)
    return classed('unclear', `${status} from Google's front end`);
  return classed('reached', `the function answered ${status}`);
}

/** What counts as "nobody without a token came in". */
export const isRefusal = (klass: ProbeClass): boolean =>
  klass === 'refused' || klass === 'not-routed' || klass === 'iap';

/**
 * The URL to ask for: Google's front end may answer paths that end in `z` itself (such as /healthz), which would look
 * like a refusal.
 */
export function probeUrl(url: string): string {
  return /z\/?$/i.test(url.split(/[?#]/)[0] ?? '') && /^https?:\/\/[^/]+\/./i.test(url)
    ? `${url.replace(/\/+$/, '')}/backstay`
    : url;
}
