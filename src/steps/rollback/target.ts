import { product } from '../../domain/product.ts';
import type { ParsedRecord } from '../../domain/traffic/parse-record.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import { type Allocation, percentOf } from '../../domain/traffic/serving.ts';

/** Chooses the revision that a rollback by hand goes to, from the record of the last release. */

function noRecord(parsed: ParsedRecord): string {
  if (parsed.kind === 'newer')
    return `the record was written by a later version of ${product} (format ${parsed.version})`;
  return parsed.kind === 'broken'
    ? `the record of the last release cannot be read (${parsed.why})`
    : 'this function has no record of a release';
}

/** Every release records its candidate. A record without one was written after the real one was lost. */
const nothingBefore = (record: ReleaseRecord): string =>
  record.candidate === undefined
    ? 'the record of the last release was lost, so name the revision: to: REVISION'
    : 'the last release was the first one, so there is nothing before it';

/** The revision that the user asked for, or why it cannot be used. */
export function choose(
  request: { to: string; force: boolean },
  parsed: ParsedRecord,
  from: readonly Allocation[],
): { target: string } | { refused: string } {
  const { to, force } = request;
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  if (to === 'before' || to === 'stable') {
    if (record === undefined) return { refused: `${noRecord(parsed)}, so name the revision: to: REVISION` };
    const target = to === 'before' ? record.before_revision : record.stable;
    if (target === undefined)
      return {
        refused: to === 'before' ? nothingBefore(record) : 'no release has proved a revision good yet',
      };
    if (record.failed.includes(target) && !force)
      return {
        refused: `${target} was found bad by a release: name another revision, or set force: true`,
      };
    return { target };
  }
  if (record?.failed.includes(to) && !force && percentOf(to, from) < 100)
    return {
      refused: `${to} was found bad by a release: set force: true to send traffic to it anyway`,
    };
  return { target: to };
}
