import { expect, test } from '@jest/globals';
import type { SegmentFacts } from '../../../src/domain/release/facts.ts';
import { badStatus } from '../../../src/domain/release/segments.ts';

const watched = (kind: string, failed: boolean, decided?: 'release'): SegmentFacts =>
  ({
    evidence: {
      points: [],
      tests: [{ objective: { kind }, stream: 'users', failed }],
      ...(decided ? { clients: { decided } } : {}),
    },
  }) as unknown as SegmentFacts;

/** The link to the logs must show what decided: neither an empty page nor the answers of everybody. */
const rows: [string, SegmentFacts[], 400 | 500 | undefined][] = [
  ['failed requests', [watched('availability', false), watched('availability', true)], 500],
  ['answers of 4xx', [watched('availability', false, 'release')], 400],
  ['slow answers, which have any status', [watched('latency', true)], undefined],
  ['no watch at all, as after a smoke test', [], undefined],
  ['a watch without a decision', [watched('availability', false)], undefined],
];
test.each(rows)('the logs of a release that ended because of %s', (_, segments, status) => {
  expect(badStatus(segments)).toBe(status);
});
