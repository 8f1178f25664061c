/**
 * What bad requests have in common, so that a person knows where to look first: `HTTP 500 on POST /v1/ocr`. Nothing here
 * decides; the counts do.
 */

import { countText } from '../text/numbers.ts';

/** Bad requests of one revision under one objective that look alike. */
export interface Failure {
  revision: string;
  objective: string;
  /** One line, made of hostile text: escape it before it is shown. */
  what: string;
  count: number;
}

/** A function that answers anything to anybody could make as many kinds as it has requests. */
const mostKinds = 50;
export const otherKinds = 'something else';
const longest = 80;

/** Digits, long or encoded pieces: an id, a name or a token, which neither groups nor belongs into a summary. */
const isParameter = (segment: string) =>
  /^\d+$/.test(segment) || /%/.test(segment) || segment.length > 24 || /\d.*\d.*\d.*\d/.test(segment);

/** `/v1/users/…/scan` of `https://host/v1/users/48213/scan?key=...`; empty where it is no URL. */
export function routeOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { pathname } = new URL(url);
  const route = pathname
    .split('/')
    .map((segment) => (isParameter(segment) ? '…' : segment))
    .join('/');
  return route.length > longest ? `${route.slice(0, longest - 1)}…` : route;
}

/** `HTTP 500 on POST /v1/ocr`, `slower than 2 s on POST /v1/ocr`; without what the source does not know. */
export function failureName(seen: {
  status?: number | undefined;
  slowerThanMs?: number | undefined;
  method?: string | undefined;
  url?: string | undefined;
}): string {
  const what =
    seen.slowerThanMs === undefined ? `HTTP ${seen.status}` : `slower than ${seen.slowerThanMs / 1000} s`;
  const method = /^[A-Z]{1,10}$/.test(seen.method ?? '') ? seen.method : '';
  const where = [method, routeOf(seen.url ?? '')].filter(Boolean).join(' ');
  return where === '' ? what : `${what} on ${where}`;
}

export type FailureKind = Pick<Failure, 'what' | 'count'>;

export const totalOf = (kinds: readonly FailureKind[]): number =>
  kinds.reduce((sum, { count }) => sum + count, 0);

/** `HTTP 500 on POST /v1/ocr 34`, `HTTP 503 on POST /v1/ocr 3`, `others 2`: the first `most`, and how many the rest are. */
export function kindTexts(
  kinds: readonly FailureKind[],
  most: number,
  show: (what: string) => string = (what) => what,
): string[] {
  const rest = totalOf(kinds.slice(most));
  return [
    ...kinds.slice(0, most).map(({ what, count }) => `${show(what)} ${countText(count)}`),
    ...(rest > 0 ? [`others ${countText(rest)}`] : []),
  ];
}

/** Adds up what looks alike, most frequent first; bounded, whatever the requests were. */
export class FailureBook {
  readonly #kinds = new Map<string, Failure>();

  add({ revision, objective, what, count }: Failure): void {
    if (!(count > 0)) return;
    const known = this.#kinds.has(keyOf(revision, objective, what));
    const kind = known || this.#kinds.size < mostKinds ? what : otherKinds;
    const key = keyOf(revision, objective, kind);
    const at = this.#kinds.get(key);
    if (at) at.count += count;
    else this.#kinds.set(key, { revision, objective, what: kind, count });
  }

  get failures(): Failure[] {
    return [...this.#kinds.values()]
      .map((failure) => ({ ...failure }))
      .sort((a, b) => rank(a) - rank(b) || b.count - a.count);
  }
}

const keyOf = (...parts: string[]) => parts.join('\n');
const rank = ({ what }: Failure) => (what === otherKinds ? 1 : 0);
