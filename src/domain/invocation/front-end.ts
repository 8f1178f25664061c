/**
 * Decides whether an answer came from Google's front end or from the function behind it. Both can answer 401, 403 and
 * 404, so the shape of the answer decides: only the front end's own pages count as a refusal. An answer that an
 * application wrote proves that the request reached the function.
 */

export type ProbeClass =
  /** The front end asked for a token (401, 403), or the ingress setting refused the request (403). */
  | 'refused'
  /** The front end does not route this URL from here: internal ingress, a disabled URL, or a removed tag. */
  | 'not-routed'
  /** Identity-Aware Proxy asks for a sign-in. */
  | 'iap'
  /** The application answered. If the request carried no token, the function is public. */
  | 'reached'
  /** The answer does not prove who sent it. */
  | 'unclear'
  /** A proxy, a gateway or a sign-in page on the way answered. The request did not get as far as Google. */
  | 'foreign'
  | 'no-answer';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  error?: string | undefined;
}

/** Pages of the front end of Cloud Run and Cloud Functions, recognised by title or by their fixed text. */
const refusedPage =
  /<title>\s*(401 Unauthorized|403 Forbidden|Error 40[13] \([^<]*)\s*!*\d*<\/title>|Your client does not have permission|Access is forbidden/i;
const missingPage =
  /<title>\s*(404 Page not found|Error 404 \(Not Found\)[^<]*|404 Not Found)\s*<\/title>[\s\S]*(was not found on this server|That.s an error)/i;
const brokenPage =
  /<title>\s*(429|5\d\d)[^<]*<\/title>|^(Rate exceeded\.|Service Unavailable|no healthy upstream|upstream connect error)/i;
const googleSignIn =
  /^https:\/\/accounts\.google\.com\/|^https:\/\/[\w.-]*\.byoid\.googleusercontent\.com\//i;

/**
 * Headers that Google's front end adds to every answer: its own pages, and what it passes on from a function. Without one
 * of them the answer came from a proxy, a gateway or a captive portal between here and Google. Such an answer can look
 * like a refusal or like the function, so it proves neither.
 */
function cameThroughGoogle(headers: Answer['headers']): boolean {
  if (headers['proxy-authenticate'] !== undefined || headers['x-squid-error'] !== undefined) return false;
  return (
    /^(google frontend|gse|esf)$/i.test((headers.server ?? '').trim()) ||
    /(^|,)\s*\d\.\d google\s*(,|$)/i.test(headers.via ?? '') ||
    headers['x-cloud-trace-context'] !== undefined ||
    headers['x-goog-iap-generated-response'] !== undefined
  );
}

/** Where a redirect leads, without its path and query, which can hold anything. */
const hostOf = (location: string | undefined) =>
  location !== undefined && URL.canParse(location) ? ` to ${new URL(location).host.slice(0, 80)}` : '';

const classed = (klass: ProbeClass, note: string) => ({ class: klass, note });

export function classifyProbe(answer: Answer): { class: ProbeClass; note: string } {
  const { status, headers, body } = answer;
  if (status === 0) return classed('no-answer', answer.error ?? 'no answer');
  if (!cameThroughGoogle(headers)) {
    const what = status >= 300 && status < 400 ? `a redirect${hostOf(headers.location)}` : 'an answer';
    return classed(
      'foreign',
      `${what} (${status}) without the headers of Google's front end: a proxy or gateway on the way answered`,
    );
  }
  const type = (headers['content-type'] ?? '').toLowerCase();
  const ownHeaders = headers['x-powered-by'] !== undefined || headers['set-cookie'] !== undefined;
  if (status === 401 || status === 403) {
    if (headers['x-goog-iap-generated-response'] !== undefined)
      return classed('iap', 'refused by Identity-Aware Proxy');
    if (refusedPage.test(body) && !ownHeaders) return classed('refused', "refused by Google's front end");
    if (body === '' && !ownHeaders)
      return classed(
        'unclear',
        `${status} without a body: it may come from the front end or from the function`,
      );
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
