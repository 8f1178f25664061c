import type { Call } from './types.ts';

/** Returns one page of a list. The page token is the offset in base64. */
export function page<T>(
  items: readonly T[],
  call: Call,
  most: number,
): { items: T[]; nextPageToken?: string } {
  const size = Math.min(most, Number(call.query.get('pageSize')) || most);
  const from = Number(Buffer.from(call.query.get('pageToken') ?? '', 'base64').toString()) || 0;
  const next = from + size;
  return {
    items: items.slice(from, next),
    ...(next < items.length ? { nextPageToken: Buffer.from(String(next)).toString('base64') } : {}),
  };
}
