import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { releaseLabel, sourceLabel } from '../../../src/domain/product.ts';
import { type ListedChange, madeByRelease } from '../../../src/domain/traffic/maker.ts';

const marks = { [sourceLabel]: 'aaa' };
const record = { id: 'ours', marks, function_update_time: '2026-11-22T09:59:00Z' };
const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
const change = (minute: number, revision: string | undefined, more: Partial<ListedChange>): ListedChange => ({
  createTime: at(minute),
  labels: {},
  upload: `upload-${minute}`,
  revision,
  ...more,
});
/** What this release asks for. */
const ours = { ...marks, [releaseLabel]: 'ours' };

describe('who made the latest revision of a function', () => {
  test.each<[string, ListedChange[], boolean | undefined]>([
    ['ours alone', [change(1, 'f-2', { labels: ours })], true],
    ['a colleague alone, with labels of their own', [change(1, 'f-2', { labels: { team: 'x' } })], false],
    [
      'ours failed, and a colleague has copied its labels',
      [change(1, undefined, { labels: ours }), change(2, 'f-2', { labels: ours })],
      false,
    ],
    [
      'ours, and then a colleague who has copied its labels',
      [change(1, 'f-1', { labels: ours }), change(2, 'f-2', { labels: ours })],
      false,
    ],
    [
      'a colleague, and then ours: who moved the traffic is not known',
      [change(1, 'f-1', {}), change(2, 'f-2', { labels: ours })],
      undefined,
    ],
    [
      'a colleague who failed, and then ours',
      [change(1, undefined, {}), change(2, 'f-2', { labels: ours })],
      true,
    ],
    [
      'a colleague before the release began, and then ours',
      [change(1, 'f-1', { createTime: '2026-11-22T09:00:00Z' }), change(2, 'f-2', { labels: ours })],
      true,
    ],
    [
      'the same source and settings by another deploy, or by an attempt that this release has joined',
      [change(1, 'f-2', { labels: { ...marks, [releaseLabel]: 'another' } })],
      undefined,
    ],
    [
      'a request of ours whose answer was lost was sent twice',
      [change(1, 'f-1', { labels: ours, upload: 'one' }), change(2, 'f-2', { labels: ours, upload: 'one' })],
      undefined,
    ],
    ['the list does not show who made it', [change(1, 'f-9', { labels: ours })], undefined],
    ['nothing is listed', [], undefined],
  ])('%s', (_, changes, expected) => {
    expect(madeByRelease('f-2', record, changes)).toBe(expected);
  });

  test('a record without labels proves nothing', () => {
    const changes = [change(1, 'f-2', { labels: ours })];
    expect(madeByRelease('f-2', { ...record, marks: undefined }, changes)).toBeUndefined();
  });

  test('for every list: a change is ours only if none with our name came before it, whatever the order of the list', () => {
    const any = fc.array(
      fc.record({
        minute: fc.integer({ min: 1, max: 9 }),
        labels: fc.constantFrom({}, marks, ours, { ...marks, [releaseLabel]: 'another' }),
        made: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(any, (list) => {
        const changes = list.map(({ minute, labels, made }, nth) =>
          change(minute, made ? `f-${nth}` : undefined, { labels: labels as Record<string, string> }),
        );
        for (const { revision, labels, createTime } of changes) {
          if (revision === undefined) continue;
          const answer = madeByRelease(revision, record, changes);
          expect(madeByRelease(revision, record, [...changes].reverse())).toBe(answer);
          if (answer !== true) continue;
          expect(labels).toEqual(ours);
          const named = changes.filter((one) => one.labels[releaseLabel] === 'ours');
          expect(named.every((one) => (one.createTime ?? '') >= (createTime ?? ''))).toBe(true);
        }
      }),
    );
  });
});
