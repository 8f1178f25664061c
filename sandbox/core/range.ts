import type { Reply } from './types.ts';

/** A part of some bytes, as a request's header Range asks (RFC 9110 section 14.2): `bytes=0-9`, `bytes=10-` or the last `bytes=-5`. */
export function ranged(data: Buffer, range: string | undefined, headers: Record<string, string>): Reply {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === '' && to === '') return { status: 200, headers, body: data };
  const start = from === '' ? Math.max(0, data.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? data.length : Math.min(data.length, Number(to) + 1);
  if (start >= data.length || start >= end)
    return { status: 416, headers: { 'content-range': `bytes */${data.length}` }, body: '' };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${data.length}` },
    body: data.subarray(start, end),
  };
}
