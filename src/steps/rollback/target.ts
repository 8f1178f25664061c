import { product } from '../../domain/product.ts';
import type { ParsedRecord, ReleaseRecord } from '../../domain/traffic/record.ts';
import { type Share, shareOf } from '../../domain/traffic/traffic.ts';

/** Where a rollback by hand goes, by the record of the last release. */

function unread(parsed: ParsedRecord): string {
  if (parsed.kind === 'newer')
    return `the record was written by a later version of ${product} (format ${parsed.version})`;
  const why = parsed.kind === 'broken' ? ` that can be read (${parsed.why})` : '';
  return `no release of this function is on record${why}`;
}

/** Every release names its candidate; what settled a lost record knows none. */
const nothingBefore = (record: ReleaseRecord): string =>
  record.candidate === undefined
    ? 'the record of the last release was lost, so name the revision: to: REVISION'
    : 'the last release was the first one: there is nothing before it';

/** The revision that is asked for, or why not. */
export function choose(
  request: { to: string; force: boolean },
  parsed: ParsedRecord,
  from: readonly Share[],
): { target: string } | { refused: string } {
  const { to, force } = request;
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  if (to === 'before' || to === 'stable') {
    if (record === undefined) return { refused: `${unread(parsed)}, so name the revision: to: REVISION` };
    const target = to === 'before' ? record.before_revision : record.stable;
    if (target === undefined)
      return {
        refused: to === 'before' ? nothingBefore(record) : 'no release has proved a revision good yet',
      };
    if (record.failed.includes(target) && !force)
      return {
        refused: `${target} itself was found bad by a release: name another revision, or set force: true`,
      };
    return { target };
  }
  if (record?.failed.includes(to) && !force && shareOf(to, from) < 100)
    return {
      refused: `${to} was found bad by a release: set force: true to send traffic to it all the same`,
    };
  return { target: to };
}
