import { describe, expect, test } from '@jest/globals';
import { watchChart } from '../../../src/domain/summary/watch/chart.ts';
import { watchLines } from '../../../src/domain/summary/watch/section.ts';
import { watchTable } from '../../../src/domain/summary/watch/table.ts';
import { type WatchRequest, type WatchResult, watch } from '../../../src/steps/watch/watch.ts';
import { fakeSource } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** After several canary steps, the reason, the log and the table show the same numbers and say which requests they count. */

/** A service with 20 requests a second. `bad` says how many of a revision's requests are bad, by second since the first shift. */
function stage(bad: { candidate: (second: number) => number; baseline?: (second: number) => number }) {
  const clock = new VirtualClock();
  const start = clock.now();
  const lines: string[] = [];
  const now = { share: 0.5 };
  const traffic = (revision: string, at: number) => {
    const second = Math.floor((at - start) / 1000);
    const own = revision === 'new-2';
    const total = Math.round(20 * (own ? now.share : 1 - now.share));
    const one = (own ? bad.candidate : (bad.baseline ?? (() => 0)))(second);
    return { total, bad: Math.min(total, one) };
  };
  // Failures in the first second of each minute look different.
  const looks = (at: number) => (at % 60_000 === start % 60_000 ? 'HTTP 503' : 'HTTP 500 on POST /v1/ocr');
  const source = fakeSource(clock, traffic, { looks });
  const log = {
    line: (text: string) => lines.push(text),
    warning: () => {},
    detail: () => {},
    debug: () => {},
  };
  let state: WatchResult['state'] | undefined;
  const step = async (share: number, more: Partial<WatchRequest> = {}): Promise<WatchResult> => {
    now.share = share;
    const result = await watch(
      { clock, log, source },
      {
        service: 'ocr',
        candidate: 'new-2',
        baseline: 'old-1',
        share,
        phase: share < 1 ? 'split' : 'full',
        objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
        durationSeconds: 60,
        state,
        ...more,
      },
    );
    state = result.state;
    return result;
  };
  return { step, lines };
}

const numbers = (text: string, pattern: RegExp) => {
  const [, bad, total] = pattern.exec(text.replace(/(\d) (\d{3})/g, '$1$2')) ?? [];
  return [Number(bad), Number(total)];
};

describe('at 100 % after a canary', () => {
  test('a failure there counts the requests there: reason, log and table agree', async () => {
    const { step, lines } = stage({ candidate: (second) => (second >= 60 ? 1 : 0) });
    const canary = await step(0.5);
    expect(canary.verdict).toBe('pass');
    const full = await step(1);
    expect(full).toMatchObject({ verdict: 'fail', blame: 'unknown' });
    const at = full.evidence.tests[0];
    expect(full.reason).toMatch(/^At 100 % of the traffic, \d+ of \d+ requests failed on new-2 \(5\.00 %\)/);
    const [bad, total] = numbers(full.reason, /traffic, (\d+) of (\d+)/);
    expect([bad, total]).toEqual([at?.full?.bad, at?.full?.total]);
    // The last requests of the canary reach the log during this step, but do not belong to it.
    expect(at?.candidate.total).toBeGreaterThan((at?.full?.total ?? 0) + canary.requests);
    expect(watchChart(full.evidence).join('\n')).toContain('The new revision ends at 5.00 %');
    expect(lines.at(-2)).toContain(`new ${bad} of ${total} failed (5.00 %)`);
    const table = watchTable(full.evidence, 0).join('\n');
    expect(table).toContain(`| failed | ${bad} (5.00 %) | ❌ 1.00 % |`);
    expect(table).toContain('| failed since its first traffic |');
    expect(table).not.toContain('smallest regression');
  });

  test('a pass says since when it counts', async () => {
    const { step } = stage({ candidate: () => 0 });
    expect((await step(0.5)).reason).toMatch(/: 0 of 580 requests failed \(1\.00 % are allowed\)\.$/);
    expect((await step(1, { durationSeconds: 120 })).reason).toMatch(
      /: 0 of 2 980 requests failed since it first got traffic \(1\.00 % are allowed\)\.$/,
    );
  });

  test('if requests are too few, the reason says how many of them came at 100 %', async () => {
    const { step } = stage({ candidate: () => 0 });
    const short = { durationSeconds: 5, pollSeconds: 5 };
    await step(0.5, short);
    expect((await step(1, short)).reason).toMatch(/^130 requests \(60 at 100 %\) are too few/);
  });
});

describe('what failed', () => {
  test('log and summary name the failures of the new revision only, and a pass names none', async () => {
    const { step, lines } = stage({ candidate: () => 4, baseline: () => 1 });
    const result = await step(0.5);
    expect(result.verdict).toBe('fail');
    const { failures, tests } = result.evidence;
    const bad = tests[0]?.candidate.bad ?? 0;
    expect(failures).toEqual([
      { objective: 'availability', what: 'HTTP 500 on POST /v1/ocr', count: bad - 4 },
      { objective: 'availability', what: 'HTTP 503', count: 4 },
    ]);
    expect(lines.at(-1)).toMatch(
      new RegExp(`^ {2}Watch 50 % +failed: HTTP 500 on POST /v1/ocr ${bad - 4}, HTTP 503 4$`),
    );
    expect(watchLines(result.evidence, { chart: false }).join('\n')).toContain(
      `What failed on the new revision: \`HTTP 500 on POST /v1/ocr\` ${bad - 4} · \`HTTP 503\` 4`,
    );
    const good = stage({ candidate: (second) => (second === 1 ? 1 : 0) });
    expect((await good.step(0.5, { until: 'duration', durationSeconds: 120 })).verdict).toBe('pass');
    expect(good.lines.join()).not.toContain('failed: HTTP');
  });
});

describe('what the table says about a decision', () => {
  const limits = (result: WatchResult) =>
    watchTable(result.evidence, 0)
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .filter(([, name]) => name?.startsWith('odds') || name === 'failed');

  test('if both revisions break the objective, its row says so, and no row looks good', async () => {
    const { step } = stage({ candidate: () => 4, baseline: () => 4 });
    const result = await step(0.5);
    expect(result).toMatchObject({
      open: 'platform',
      reason: expect.stringContaining('Both revisions break'),
    });
    const rows = limits(result);
    const breaks = rows.find(([, name]) => name === 'odds it breaks the objective');
    expect(breaks?.slice(2, 5)).toEqual([
      'more than 1 000 000 to 1',
      'more than 1 000 000 to 1',
      '❌ both at 20 to 1: the platform',
    ]);
    expect(rows.flat().join()).not.toContain('✅');
  });

  test('for a release that is worse, reason and table show the odds of the comparison', async () => {
    const { step } = stage({ candidate: () => 4 });
    const result = await step(0.5);
    expect(result.blame).toBe('release');
    const [, , odds, , acts] =
      limits(result).find(([, name]) => name === 'odds it is worse than the old one') ?? [];
    expect(result.reason).toContain(`Odds that it is worse: ${odds}.`);
    expect(acts).toBe('❌ acts at 2 000 to 1');
  });

  test('if a classical rule decides, no odds are shown as the ones that act', async () => {
    const { step } = stage({ candidate: () => 4, baseline: () => 4 });
    const rule = { kind: 'threshold', maxRate: 0.05, windowSeconds: 60, failuresAllowed: 0 } as const;
    const result = await step(0.5, { rule, durationSeconds: 120 });
    expect(result.reason).toMatch(/The objective allows 1\.00 %\. The threshold rule took it back\.$/);
    const cells = limits(result).flat();
    expect(cells).toContain('the threshold rule decides');
    expect(cells.join()).not.toMatch(/acts at|the platform/);
  });
});
