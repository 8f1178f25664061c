import { describe, expect, test } from '@jest/globals';
import { watchLines } from '../../../src/domain/summary/watch/section.ts';
import { run } from '../../support/watch-scene.ts';

const compare = { clientErrors: 'compare' } as const;
const earlier = (client: number) => ({ before: { availability: { total: 6000, bad: 0, client } } });

describe('answers of 4xx', () => {
  test('a revision that answers 404 to everybody is taken back while traffic is split', async () => {
    const { result, seconds, lines } = await run({
      rps: 2,
      candidate4xx: () => 1,
      baseline4xx: () => 0.02,
      request: compare,
    });
    expect(result).toMatchObject({ verdict: 'fail', next: 'roll_back', blame: 'release' });
    expect(seconds).toBeLessThanOrEqual(60);
    expect(result.reason).toMatch(
      /^\d+ of \d+ answers of new-2 were 4xx \(100\.0 %\), most of them HTTP 404 on GET \/v1\. old-1 had .* % at the same time\. Odds that the new revision gives more of them: /,
    );
    expect(lines.join('\n')).toMatch(/; 4xx: new \d+ of \d+ .*, old .* \(more .*:1, acts at 10 000:1\)/);
    expect(lines.at(-1)).toMatch(/4xx: HTTP 404 on GET \/v1 \d+$/);
    const summary = watchLines(result.evidence, { chart: false }).join('\n');
    expect(summary).toMatch(/\| of all answers \| \d+ of \d+ \(100\.0 %\) \| /);
    expect(summary).toContain('❌ acts at 10 000 to 1');
    expect(summary).toMatch(/4xx of the new revision: `HTTP 404 on GET \/v1` \d+/);
  });

  test.each(['ignore', 'count', undefined] as const)(
    '%s compares nothing, and shows them',
    async (clientErrors) => {
      const { result, lines } = await run({
        candidate4xx: () => 1,
        baseline4xx: () => 0,
        request: { clientErrors },
      });
      expect(result.verdict).toBe('pass');
      expect(lines.join('\n')).toMatch(/4xx: new \d+ of \d+ \(100\.0 %\), old 0 of \d+ \(0 %\)/);
      expect(watchLines(result.evidence, { chart: false }).join('\n')).toContain('not judged');
    },
  );

  test.each([
    ['hold', 'hold'],
    ['roll_back', 'roll_back'],
  ] as const)('at 100 %% it ends within three minutes: %s', async (policy, next) => {
    const { result, seconds } = await run({
      share: 1,
      candidate4xx: () => 1,
      source: earlier(60),
      request: { ...compare, policy: { client_errors: policy } },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'client_errors', next, blame: 'unknown' });
    expect(seconds).toBeLessThanOrEqual(180);
    expect(result.reason).toMatch(
      /^(\d| )+ of (\d| )+ answers of new-2 were 4xx \((99\.\d|100\.0) %\), most of them HTTP 404 on GET \/v1\. Before it had all traffic it was 1\.00 %\. No other revision/,
    );
  });

  test.each([
    ['without a request in the time before', { before: { availability: { total: 0, bad: 0, client: 0 } } }],
    ['if the time before cannot be read', { before: {} }],
  ])('%s it does not claim to know that time', async (_, source) => {
    const { result } = await run({ share: 1, candidate4xx: () => 1, source, request: compare });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'client_errors', next: 'hold' });
    expect(result.reason).toContain('No answer was seen in the time before, so it is not known');
    expect(result.reason).not.toContain(' 0 %');
    const summary = watchLines(result.evidence, { chart: false }).join('\n');
    expect(summary).toMatch(/\| of all answers \| .* %\) \| not known \|/);
  });

  test('with promote it watches to the end and says so', async () => {
    const { result, seconds } = await run({
      share: 1,
      candidate4xx: () => 1,
      source: earlier(60),
      request: { ...compare, policy: { client_errors: 'promote' } },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'client_errors', next: 'go_on' });
    expect(seconds).toBeGreaterThan(590);
  });

  test('what callers did before the release holds nothing', async () => {
    const { result } = await run({
      share: 1,
      candidate4xx: () => 0.7,
      source: earlier(4200),
      request: compare,
    });
    expect(result.verdict).toBe('pass');
  });

  test('a source that does not tell them apart says so once', async () => {
    const { result } = await run({ request: compare });
    expect(result.verdict).toBe('pass');
    expect(result.evidence.clients).toBeUndefined();
    expect(result.evidence.notes).toEqual([
      'This source does not tell answers of 4xx apart, so they are not compared.',
    ]);
  });

  test.each(['burn-rate', 'threshold'] as const)('they are judged beside the rule %s', async (kind) => {
    const rule =
      kind === 'burn-rate'
        ? { kind, fewestBad: 10 }
        : { kind, maxRate: undefined, windowSeconds: 60, failuresAllowed: 3 };
    const scene = { candidate4xx: () => 1, baseline4xx: () => 0, request: { ...compare, rule } };
    expect((await run(scene)).result).toMatchObject({ verdict: 'fail', blame: 'release' });
    const alone = { ...scene, share: 1, source: earlier(60) };
    expect((await run(alone)).result).toMatchObject({ open: 'client_errors', next: 'hold' });
  });
});
