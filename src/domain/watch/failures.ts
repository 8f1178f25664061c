/**
 * Groups bad requests by what they have in common, such as `HTTP 500 on POST /v1/ocr`, so that a person knows where to
 * look first. The groups decide nothing; only the counts do.
 */

import { countText } from '../text/numbers.ts';

/** Bad requests of one revision under one objective that have the same cause, as far as the source can tell. */
export interface Failure {
  revision: string;
  objective: string;
  /** One line. It contains text that the caller chose, so escape it before showing it. */
  what: string;
  count: number;
}

/** Without a limit, a function with an endless number of routes would make as many kinds as it has requests. */
const mostKinds = 50;
export const otherKinds = 'something else';
const longest = 80;

/** Long segments and those with digits or escapes: ids, names or tokens, which do not group and must not be shown. */
const isParameter = (segment: string) =>
  /^\d+$/.test(segment) || /%/.test(segment) || segment.length > 24 || /\d.*\d.*\d.*\d/.test(segment);

/** `/v1/users/…/scan` for `https://host/v1/users/48213/scan?key=…`. Empty if the text is not a URL. */
export function routeOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { pathname } = new URL(url);
  const route = pathname
    .split('/')
    .map((segment) => (isParameter(segment) ? '…' : segment))
    .join('/');
  return route.length > longest ? `${route.slice(0, longest - 1)}…` : route;
}

/** `HTTP 500 on POST /v1/ocr` or `slower than 2 s on POST /v1/ocr`. Leaves out what the source does not know. */
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

/** `HTTP 500 on POST /v1/ocr 34`, `HTTP 503 on POST /v1/ocr 3`, `others 2`: the first `most` kinds, and the sum of the rest. */
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

/** What most of these kinds are, such as `HTTP 404 on GET /v1/ocr`. Undefined if nothing stands out. */
export function mainKind(kinds: readonly FailureKind[]): string | undefined {
  const first = [...kinds].sort((a, b) => b.count - a.count)[0];
  return first && first.what !== otherKinds && first.count * 2 > totalOf(kinds) ? first.what : undefined;
}

/** Counts bad requests by kind, in bounded space. Kinds beyond the limit are counted together as the last kind. */
export class FailureBook {
  readonly #kinds = new Map<string, Failure>();
  readonly #others = new Map<string, Failure>();

  add({ revision, objective, what, count }: Failure): void {
    if (!(count > 0)) return;
    const key = `${revision}\n${objective}\n${what}`;
    if (this.#kinds.has(key) || this.#kinds.size < mostKinds)
      addTo(this.#kinds, key, { revision, objective, what, count });
    else addTo(this.#others, `${revision}\n${objective}`, { revision, objective, what: otherKinds, count });
  }

  /** Most frequent first; what was counted together comes last. */
  get failures(): Failure[] {
    const sorted = (kinds: Map<string, Failure>) =>
      [...kinds.values()].map((failure) => ({ ...failure })).sort((a, b) => b.count - a.count);
    return [...sorted(this.#kinds), ...sorted(this.#others)];
  }
}

function addTo(kinds: Map<string, Failure>, key: string, failure: Failure): void {
  const known = kinds.get(key);
  if (known) known.count += failure.count;
  else kinds.set(key, failure);
}
