import type { ProbeClass } from '../invocation/front-end.ts';
import { slug } from '../product.ts';

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

/** What counts as "nobody without a token came in". */
export const isRefusal = (klass: ProbeClass): boolean =>
  klass === 'refused' || klass === 'not-routed' || klass === 'iap';

/**
 * The URL to ask for: Google's front end may answer paths that end in `z` itself (such as /healthz), which would look
 * like a refusal.
 */
export function probeUrl(url: string): string {
  return /z\/?$/i.test(url.split(/[?#]/)[0] ?? '') && /^https?:\/\/[^/]+\/./i.test(url)
    ? `${url.replace(/\/+$/, '')}/${slug}`
    : url;
}
