import type { ProbeClass } from '../invocation/front-end.ts';
import { slug } from '../product.ts';

export interface ProbeRecord {
  url: string;
  method: string;
  status: number;
  class: ProbeClass;
  /** Why the answer has this class, in a few words. */
  note: string;
  /** Where the URL came from, such as `serviceConfig.uri`. */
  from: string;
  /** True if the URL is a guess. A guessed URL that does not answer is not a gap in the proof. */
  guessed: boolean;
  milliseconds: number;
}

/** True if the answer shows that a request without a token did not get in. */
export const isRefusal = (klass: ProbeClass): boolean =>
  klass === 'refused' || klass === 'not-routed' || klass === 'iap';

/**
 * The URL to send the request to. Google's front end answers some paths that end in `z` itself, such as /healthz, and
 * that answer would look like a refusal. So such a URL gets one more path segment.
 */
export function probeUrl(url: string): string {
  return /z\/?$/i.test(url.split(/[?#]/)[0] ?? '') && /^https?:\/\/[^/]+\/./i.test(url)
    ? `${url.replace(/\/+$/, '')}/${slug}`
    : url;
}
