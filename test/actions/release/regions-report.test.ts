import { describe, expect, test } from '@jest/globals';
import { regionsReport } from '../../../src/actions/release/regions-report.ts';
import type { Outcome, Verdict } from '../../../src/domain/findings/verdict.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { wavesView } from '../../../src/domain/summary/waves/view.ts';

/** The one report of several regions: what it says of each, and of those that ended worse than the release. */
interface Ended {
  outcome?: Outcome;
  verdict: Verdict;
  reason: string;
  serves?: string;
  warnings?: string[];
  errors?: string[];
}

function reportOf(ended: Record<string, Ended>, stoppedBy?: string, skipped: string[] = []) {
  const reports = new Map(
    Object.entries(ended).map(([region, { errors = [], serves = 'old', warnings = [], ...own }]) => {
      const report = newReport('release', { project: 'p', region, name: 'ocr' });
      const release = {
        ...{ before: 'old', candidate: 'new', serving: [{ revision: serves, percent: 100 }] },
        ...{ warnings, stages: [], segments: [], shares: [] },
      };
      const records = errors.map((what) => ({ code: 'network-failed', what }));
      Object.assign(report, { ...own, errors: records, evidence: { release } });
      return [region, report] as const;
    }),
  );
  const context = { inputs: { given: {} } } as never;
  const run = { runs: new Map(), skipped, stoppedBy, named: undefined };
  return regionsReport(context, { project: 'p', name: 'ocr' }, [Object.keys(ended)], run, reports);
}

const failed: Ended = { outcome: 'smoke_failed', verdict: 'fail', reason: 'The smoke test failed.' };
const back: Ended = { outcome: 'rolled_back', verdict: 'fail', reason: 'b stopped this release.' };

describe('the reason', () => {
  test('says that the others serve what served before', () => {
    expect(reportOf({ a: failed, b: back }, 'a').reason).toBe(
      'a: The smoke test failed. b serves what served before.',
    );
  });

  test('names a region that could not go back, and why', () => {
    const held: Ended = {
      ...{ outcome: 'held', verdict: 'inconclusive', reason: 'Traffic could not be put back.' },
      serves: 'new',
    };
    const report = reportOf({ a: failed, b: back, c: held }, 'a');
    expect(report).toMatchObject({ outcome: 'held', verdict: 'fail' });
    expect(report.reason).toBe(
      'a: The smoke test failed. Not as before: c. c: Traffic could not be put back.',
    );
  });

  test('does not say of traffic that others moved that it is as before', () => {
    const moved: Ended = {
      ...{ outcome: 'superseded', verdict: 'inconclusive', reason: 'Another tool moved the traffic.' },
      serves: 'third',
    };
    expect(reportOf({ a: failed, b: moved }, 'a').reason).toBe(
      'a: The smoke test failed. Not as before: b. b: Another tool moved the traffic.',
    );
  });

  test('names a region that kept the new revision, because it was promoted before another one failed', () => {
    const kept: Ended = { outcome: 'promoted', verdict: 'pass', reason: 'new serves 100 %.', serves: 'new' };
    expect(reportOf({ a: back, b: kept }, 'a').reason).toBe(
      'a: b stopped this release. Not as before: b. b: new serves 100 %.',
    );
  });

  test('says which region was promoted without a check', () => {
    const good: Ended = { outcome: 'promoted', verdict: 'pass', reason: 'new serves 100 %.', serves: 'new' };
    const silent: Ended = { ...good, verdict: 'inconclusive', reason: 'Nothing has tried new.' };
    const report = reportOf({ a: good, b: silent });
    expect(report.verdict).toBe('inconclusive');
    expect(report.reason).toBe('ocr is released in all 2 regions. b: Nothing has tried new.');
  });
});

test('a region that was public fails a release that was cancelled', () => {
  const cancelled: Ended = { outcome: 'cancelled', verdict: 'inconclusive', reason: 'Cancelled.' };
  const open: Ended = { outcome: 'exposed', verdict: 'fail', reason: 'It was public.' };
  expect(reportOf({ a: cancelled, b: open }, 'a')).toMatchObject({ outcome: 'exposed', verdict: 'fail' });
});

test('the summary begins with the warnings of every region', () => {
  const good: Ended = { outcome: 'promoted', verdict: 'pass', reason: 'new serves 100 %.', serves: 'new' };
  const warned: Ended = { ...good, warnings: ['Promoted without a decision: too few requests'] };
  const lines = wavesView.head?.(reportOf({ a: good, b: warned })) ?? [];
  expect(lines).toContain('> b: Promoted without a decision: too few requests');
});

test('the regions that are proved to be at fault are named whole', () => {
  const report = reportOf({ a: failed, b: back }, 'a');
  const { waves } = report.evidence;
  if (waves) waves.named = ['northamerica-northeast1', 'us-central1'];
  const lines = wavesView.head?.(report) ?? [];
  expect(lines).toContain('> Proved to be at fault: `northamerica-northeast1`, `us-central1`.');
});

test('the errors begin with those of the region that stopped the others', () => {
  const report = reportOf({ a: { ...back, errors: ['one'] }, b: { ...failed, errors: ['two'] } }, 'b');
  expect(report.errors.map(({ what }) => what)).toEqual(['two', 'one']);
});

describe('what was watched in a region', () => {
  const stage = (kind: string, percent: number | undefined, start: number, seconds: number) => ({
    ...{ stage: kind, kind, percent, start, seconds, verdict: 'pass', note: '' },
  });
  const row = (facts: object) => {
    const report = reportOf({ a: failed, b: back }, 'a');
    Object.assign(report.evidence.waves?.regions[1]?.evidence.release ?? {}, facts);
    const text = wavesView.head?.(report)?.join('\n') ?? '';
    const cells = /^\| b \|(.*)\|$/m
      .exec(text)?.[1]
      ?.split('|')
      .map((cell) => cell.trim());
    return [...(cells ?? []).slice(-2), /b watch/.test(text)];
  };
  const counts = { total: 700, bad: 7 };
  const evidence = { objectives: [], counts: { candidate: counts, baseline: { total: 0, bad: 0 } } };
  const ten = { percent: 10, phase: 'split', verdict: 'pass', reason: '', requests: 700, bad: 7, evidence };

  test.each<[string, object, string, string, boolean]>([
    ['it had not begun', {}, 'not watched', '', false],
    [
      'it waited for its wave, and nobody was sent to it',
      {
        stages: [stage('build', undefined, 0, 9), stage('watch', 10, 30, 60)],
        shares: [{ at: 20, percent: 0 }],
      },
      ...(['not watched', '', false] as const),
    ],
    [
      'it was stopped in the middle of its first step',
      {
        stages: [stage('build', undefined, 0, 9), stage('watch', 10, 30, 31)],
        shares: [{ at: 30, percent: 10 }],
      },
      ...(['stopped after 31 s, not counted', '', true] as const),
    ],
    [
      'it has no objectives',
      {
        stages: [stage('build', undefined, 0, 9), stage('watch', 10, 30, 60)],
        segments: [{ ...ten, requests: undefined, bad: undefined, evidence: undefined }],
        shares: [{ at: 30, percent: 10 }],
      },
      ...(['no objectives', '', true] as const),
    ],
    [
      'it was stopped in its second step',
      {
        stages: [stage('build', undefined, 0, 9), stage('watch', 10, 30, 60), stage('watch', 50, 90, 12)],
        segments: [ten],
        shares: [
          { at: 30, percent: 10 },
          { at: 90, percent: 50 },
        ],
      },
      ...(['700; stopped after 12 s, not counted', '7 (1.00 %)', true] as const),
    ],
  ])('%s', (_, facts, watched, bad, charted) => {
    expect(row(facts)).toEqual([watched, bad, charted]);
  });
});
