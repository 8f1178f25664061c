import { expect, test } from '@jest/globals';
import { spanOfBucket, Tally } from '../../../src/sli/tally.ts';
import type { SliReader, SliSource } from '../../../src/steps/ports/sli.ts';
import { countRevision } from '../../../src/steps/traffic/count-revision.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const minute = 60_000;
const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

/** Buckets of whole minutes, as metrics have them, with `bad` of 100 requests in each. */
function minutes(clock: VirtualClock, start: number, bad: (index: number) => number): SliSource {
  const open = (): SliReader => {
    let next = 0;
    return {
      source: 'metrics',
      async poll(marks) {
        const tally = new Tally();
        for (; start + (next + 1) * minute <= clock.now(); next++) {
          const begin = start + next * minute;
          const { span, mixed } = spanOfBucket(begin, begin + minute, marks);
          tally.add('ocr-1', 'availability', span, 100, bad(next), mixed);
        }
        const horizon = start + next * minute;
        return { counts: tally.counts, horizon, lagMs: minute, cursor: '', notes: [], source: 'metrics' };
      },
    };
  };
  return { name: 'metrics', open, total: async () => ({}) };
}

test('requests from before the traffic came back do not count', async () => {
  const clock = new VirtualClock();
  const start = clock.now();
  await clock.sleep(30_000);
  const counted = await countRevision(
    { clock, log, source: minutes(clock, start, (index) => (index === 0 ? 40 : 0)) },
    {
      service: 'ocr',
      revision: 'ocr-1',
      objectives: [{ id: 'availability', kind: 'availability', target: 0.95 }],
      since: clock.now(),
      seconds: 90,
    },
  );
  expect(counted).toMatchObject({ health: 'works', total: 100, bad: 0 });
});
