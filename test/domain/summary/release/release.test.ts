import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Outcome, Verdict } from '../../../../src/domain/findings/verdict.ts';
import type { ReleaseFacts } from '../../../../src/domain/release/facts.ts';
import { summaryOf } from '../../../../src/domain/report/render.ts';
import { newReport, type Report } from '../../../../src/domain/report/report.ts';
import { lastLineOf } from '../../../../src/domain/report/words.ts';
import { releaseView } from '../../../../src/domain/summary/release/view.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'a|b',
    '`x`',
    '</details>',
    '@someone',
    '```',
    '::error::x',
    '##[error]',
    '![x](http://x)',
    '<svg>',
    'https://evil.example',
  ),
);
const outcomes = [
  'promoted',
  'rolled_back',
  'rejected',
  'held',
  'blocked',
  'exposed',
  'smoke_failed',
  'cancelled',
  'superseded',
  'yielded',
  undefined,
] as const;
const verdictOf = (outcome: Outcome | undefined): Verdict =>
  outcome === 'promoted'
    ? 'pass'
    : outcome === 'rolled_back' || outcome === 'blocked'
      ? 'fail'
      : 'inconclusive';
const anyNumber = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true, min: 0, max: 1e6 }),
  fc.constantFrom(0, 1e-9, Number.NaN),
);

const anyReport = fc
  .record({
    outcome: fc.constantFrom(...outcomes),
    name: hostile,
    reason: hostile,
    revisions: fc.array(hostile, { maxLength: 3 }),
    notes: fc.array(hostile, { maxLength: 12 }),
    seconds: anyNumber,
    counts: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 200 }),
    rule: hostile,
  })
  .map(({ outcome, name, reason, revisions, notes, seconds, counts, rule }): Report<'release'> => {
    const report = newReport('release', { name });
    report.outcome = outcome;
    report.verdict = verdictOf(outcome);
    report.reason = reason;
    report.inputs = { source_dir: name };
    report.findings = [{ rule: 'foreign-revision', severity: 'high', title: rule, why: reason }];
    if (outcome === undefined) report.errors = [{ code: 'internal', what: reason, fix: rule }];
    const [before, candidate] = revisions;
    const objective = { id: 'availability', kind: 'availability' as const, target: 0.99, title: name };
    const counted = { total: 10, bad: 3 };
    const points = counts.map(([total, bad], i) => ({
      seconds: i,
      share: 0.1,
      horizon: i,
      tests: [{ candidate: { total, bad }, baseline: { total, bad: 0 }, against: 0, pass: 0 }],
    }));
    const evidence = {
      candidate: candidate ?? '',
      baseline: before,
      source: rule,
      lagSeconds: seconds,
      notes,
      share: 0.1,
      points,
      tests: [
        {
          objective,
          stream: 'users' as const,
          limit: 0.01,
          candidate: counted,
          baseline: counted,
          interval: [0, 1] as [number, number],
          detectable: undefined,
          against: 3,
          actsAt: 7,
          pass: -1,
        },
      ],
    };
    const facts: ReleaseFacts = {
      before,
      candidate,
      first: false,
      unchanged: false,
      kept_pin: true,
      after_promote: 'pinned',
      steps: [10, 100],
      seconds,
      serving: revisions.map((revision) => ({ revision, percent: 50 })),
      verified_at: '2026-11-22T10:00:00.000Z',
      stages: notes.map((note, i) => ({
        stage: note,
        kind: 'watch',
        start: i,
        seconds,
        verdict: i % 2 ? 'pass' : 'fail',
        note,
      })),
      shares: [
        { at: 0, percent: 0 },
        { at: seconds, percent: 10 },
      ],
      segments: [{ percent: 10, phase: 'split', verdict: verdictOf(outcome), reason, evidence }],
      warnings: notes,
      cause: reason,
      commit: { sha: '7f3c9a1000', url: 'https://github.com/acme/ocr/commit/7f3c9a1000' },
    };
    report.evidence.release = facts;
    return report;
  });

/** Leaves out code, because everything inside code is only text. */
const bare = (text: string) =>
  text.replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '').replace(/^```[\s\S]*?^```/gm, '');

describe('the summary of a release', () => {
  test('the page keeps its shape for any text from outside', () => {
    void fc.assert(
      fc.property(anyReport, (report) => {
        const text = summaryOf(report, releaseView);
        expect(text).toMatch(/^## (✅|❌|⚠️|📝) /);
        expect(Buffer.byteLength(text)).toBeLessThan(900 * 1024);
        expect(text.split('\n').filter((line) => /^`{3,}/.test(line)).length % 2).toBe(0);
        const plain = bare(text);
        expect((plain.match(/<details/g) ?? []).length).toBe((plain.match(/<\/details>/g) ?? []).length);
        const outside = plain.replace(/https:\/\/(github|console\.cloud\.google)\.com\S*/g, '');
        expect(outside).not.toMatch(/<svg|<script|data:|(^|\s)@\w|https?:\/\//);
        expect(text).not.toContain('NaN');
      }),
      { numRuns: 200 },
    );
  });

  test('alerts appear only at the top level', () => {
    void fc.assert(
      fc.property(anyReport, (report) => {
        let depth = 0;
        for (const line of bare(summaryOf(report, releaseView)).split('\n')) {
          depth += (line.match(/<details/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
          if (line.startsWith('> [!')) expect(depth).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['promoted', 'Released'],
    ['rolled_back', 'Rolled back'],
    ['held', 'Held'],
    ['blocked', 'Blocked'],
    ['superseded', 'Superseded'],
    ['yielded', 'Yielded'],
    ['cancelled', 'Cancelled'],
    ['rejected', 'Rejected'],
    ['smoke_failed', 'Smoke test failed'],
    ['exposed', 'Exposed'],
  ] as [Outcome, string][])('%s: the same word in the log and in the summary', (outcome, word) => {
    const [report] = fc.sample(anyReport, { numRuns: 1, seed: 7 });
    const own = { ...(report as Report<'release'>), outcome, verdict: verdictOf(outcome), errors: [] };
    expect(lastLineOf(own)).toMatch(new RegExp(`^${word}:`));
    expect(summaryOf(own, releaseView).split('\n')[0]).toContain(word);
  });
});
