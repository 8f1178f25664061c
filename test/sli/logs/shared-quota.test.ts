import { describe, expect, test } from '@jest/globals';
import { createLogging } from '../../../src/sli/logs/source.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { fakeRest, type Reply } from '../../support/fake-rest.ts';
import { seeded } from '../../support/fake-source.ts';
import { iso, start } from '../../support/log-reader.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Several releases of one project share Cloud Logging's 60 reads a minute. A refused read counts as well. */
const spent = {
  status: 429,
  body: {
    error: {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: "Quota exceeded for quota metric 'Read requests'",
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          metadata: { quota_metric: 'logging.googleapis.com/read_requests', quota_limit_value: '60' },
        },
      ],
    },
  },
};
const quiet: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
const time = (filter: string, mark: string) =>
  (Date.parse(new RegExp(`receiveTimestamp${mark}"([^"]+)"`).exec(filter)?.[1] ?? '') - start) / 1000;

/** Every release has users at two requests a second; each second request goes to the new revision. */
function entriesOf(filter: string, now: number, badEvery: number): Reply {
  const from = Number.isNaN(time(filter, '>=')) ? now - 1 : time(filter, '>=');
  const entries = [];
  for (let i = Math.max(0, Math.ceil(from * 2)); i / 2 <= Math.min(now, time(filter, '<=') || now) - 2; i++)
    entries.push({
      insertId: `r${i}`,
      timestamp: iso(start + i * 500),
      receiveTimestamp: iso(start + i * 500 + 2000),
      resource: { labels: { revision_name: i % 2 ? 'new' : 'old' } },
      httpRequest: {
        status: badEvery > 0 && i % (2 * badEvery) === 1 ? 500 : 200,
        latency: '0.1s',
        requestMethod: 'POST',
        requestUrl: 'https://ocr.run.app/',
      },
    });
  return { body: { entries: entries.slice(0, 1000) } };
}

/** Starts so many watches at once and lets all of them end. */
async function together(releases: number, { badEvery = 0, perMinute = 60 } = {}) {
  const clock = new VirtualClock(start);
  const random = seeded(11);
  const calls: number[] = [];
  let refused = 0;
  const ended = await Promise.all(
    Array.from({ length: releases }, async () => {
      const { rest } = fakeRest((call) => {
        const now = clock.now();
        while ((calls[0] ?? now) <= now - 60_000) calls.shift();
        calls.push(now);
        if (calls.length > perMinute) {
          refused++;
          return spent;
        }
        return entriesOf((call.body as { filter: string }).filter, (now - start) / 1000, badEvery);
      });
      const source = createLogging({ rest, clock, projectId: 'p', region: 'r', random });
      // As a release does: at the gate, and again before the first shift.
      for (let look = 0; look < 2; look++)
        try {
          await source.ready?.({ service: 'ocr' });
        } catch (error) {
          expect(error).toMatchObject({ code: 'quota-spent' });
          return undefined;
        }
      let furthest = 0;
      const result = await watch(
        { clock, log: quiet, source },
        {
          service: 'projects/p/locations/r/services/ocr',
          candidate: 'new',
          baseline: 'old',
          share: 0.5,
          phase: 'split',
          objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
          durationSeconds: 900,
          until: badEvery > 0 ? 'pass' : 'duration',
          onProgress: ({ seconds, horizon }) => {
            if (seconds > 60) furthest = Math.max(furthest, seconds - horizon);
          },
        },
      );
      return { result, furthest, seconds: (clock.now() - start) / 1000 };
    }),
  );
  const watched = ended.filter((one) => one !== undefined);
  const stopped = ended.length - watched.length;
  return { ended: watched, stopped, refused, furthest: Math.max(...watched.map((one) => one.furthest)) };
}

describe('releases that share the quota of log reads', () => {
  const table: string[] = [];
  test.each([1, 3, 10, 20, 40])(
    '%d at once: none is blind, none is held',
    async (releases) => {
      const { ended, stopped, refused, furthest } = await together(releases);
      for (const { result } of ended) expect([result.verdict, result.next]).toEqual(['pass', 'go_on']);
      table.push(
        `${releases} at once: ${refused} refused, never behind by more than ${Math.round(furthest)} s, ${stopped} ended before anybody was shifted`,
      );
      // Two minutes without news would make a watch blind. Twenty get there now and then, and recover.
      if (releases <= 10) expect(furthest).toBeLessThan(60);
      if (releases <= 20) expect(stopped).toBe(0);
      if (releases <= 3) expect(refused).toBe(0);
      else expect(ended.some(({ result }) => result.evidence.notes.join().includes('same quota'))).toBe(true);
    },
    300_000,
  );

  test('ten bad ones are all found, later than one', async () => {
    const alone = await together(1, { badEvery: 4 });
    const ten = await together(10, { badEvery: 4 });
    for (const { result } of ten.ended) expect(result.verdict).toBe('fail');
    const slowest = Math.max(...ten.ended.map(({ seconds }) => seconds));
    table.push(
      `25 % errors: one finds them after ${alone.ended[0]?.seconds} s, the slowest of ten after ${slowest} s`,
    );
    expect(slowest).toBeLessThan((alone.ended[0]?.seconds ?? 0) + 120);
    process.stdout.write(`${table.join('\n')}\n`);
  }, 300_000);

  test('a quota that is used up for good is said before anybody is shifted', async () => {
    const clock = new VirtualClock(start);
    const { rest, calls } = fakeRest(() => spent);
    const lines: string[] = [];
    const log = { ...quiet, line: (text: string) => void lines.push(text) };
    const source = createLogging({ rest, clock, log, projectId: 'p', region: 'r', random: seeded(3) });
    await expect(source.ready?.({ service: 'ocr' })).rejects.toMatchObject({ code: 'quota-spent' });
    expect(clock.now() - start).toBeLessThanOrEqual(120_000);
    expect(calls.length).toBeLessThan(30);
    expect(lines).toEqual([expect.stringContaining('quota of log reads of project p is used up')]);
  });
});
