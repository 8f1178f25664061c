/** The headers of an answer, with names in lower case. */
type Headers = Readonly<Record<string, string | undefined>>;

/**
 * What the header Retry-After asks for, in milliseconds: seconds or a date (RFC 9110 section 10.2.3). A date is compared with the
 * server's own clock if it sent one in `Date`, else with `now`. Undefined without the header, or if it cannot be read.
 */
export function retryAfterMs(headers: Headers, now?: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // A date has letters. Without this, `-5` and `1.5s` would be read as days of the year 2001.
  if (!/^[A-Za-z]{3}.*\d{4}/.test(value)) return undefined;
  const sent = Date.parse(headers.date ?? '');
  const wait = Date.parse(value) - (Number.isNaN(sent) ? (now ?? Number.NaN) : sent);
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
