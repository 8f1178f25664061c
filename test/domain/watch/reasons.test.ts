import { describe, expect, test } from '@jest/globals';
import type { Standing } from '../../../src/domain/evidence/decide.ts';
import { failReason, openReason, passReason } from '../../../src/domain/watch/reasons.ts';
import { pollText } from '../../../src/domain/watch/words.ts';

/** Sentences say which requests they count: a reader at 100 % takes them for those at 100 %. */

const facts = {
  candidate: 'new-2',
  baseline: 'old-1',
  title: 'requests without an error',
  kind: 'availability' as const,
  limit: 0.01,
  counts: { total: 1378, bad: 15 },
  evidence: Math.log(4000),
};

describe('why it was taken back', () => {
  test('at 100 % after a canary, it counts what was served there, and says so', () => {
    expect(failReason({ ...facts, steps: true, full: { total: 112, bad: 12 } })).toBe(
      'At 100 % of the traffic 12 of 112 requests failed on new-2 (10.7 %), the objective allows 1.00 %. Odds that it breaks the objective: 4 000 to 1.',
    );
  });

  test('without a canary there is nothing to tell apart', () => {
    expect(failReason({ ...facts, counts: { total: 112, bad: 12 } })).toBe(
      '12 of 112 requests failed on new-2 (10.7 %), the objective allows 1.00 %. Odds that it breaks the objective: 4 000 to 1.',
    );
  });

  test('beside another revision the odds are of the comparison, over all shares so far', () => {
    expect(failReason({ ...facts, steps: true, beside: { total: 1000, bad: 2 } })).toBe(
      '15 of 1 378 requests failed on new-2 since it first got traffic (1.09 %), the objective allows 1.00 %; old-1 beside it had 0.20 %. Odds that it is worse: 4 000 to 1.',
    );
  });

  test('a classical rule has no odds to show', () => {
    const text = failReason({ ...facts, evidence: -5 }, 'burn-rate');
    expect(text).toBe(
      '15 of 1 378 requests failed on new-2 (1.09 %), the objective allows 1.00 %. The burn-rate rule took it back.',
    );
    expect(failReason({ ...facts }, 'evidence')).toContain('Odds');
  });
});

describe('why it passed, and why it did not', () => {
  test('a pass is of all requests since the first traffic', () => {
    expect(passReason({ ...facts, steps: true, counts: { total: 1378, bad: 0 } }, 1378, 0)).toBe(
      'new-2 keeps its objective: 0 of 1 378 requests failed since it first got traffic, 1.00 % are allowed.',
    );
    expect(passReason({ ...facts, counts: { total: 503, bad: 0 } }, 503, 40)).toBe(
      'new-2 keeps its objective: 0 of 503 requests and 40 probes failed, 1.00 % are allowed.',
    );
  });

  test.each([
    [10, '14 requests, 10 of them at 100 %, are too few'],
    [0, '14 requests, none of them at 100 %, are too few'],
    [14, '14 requests are too few'],
    [undefined, '14 requests are too few'],
  ])('too few at 100 %: %s', (full, text) => {
    const open = { candidate: 'new-2', requests: 14, full, detectable: 0.599, why: '' };
    expect(openReason('too_few_requests', open)).toBe(
      `${text} to decide about new-2: only an error rate above 59.9 % would have been seen.`,
    );
  });

  test('too few says how many it takes, where there were fewer', () => {
    const open = { candidate: 'new-2', requests: 14, detectable: 0.599, why: '', proving: 348 };
    expect(openReason('too_few_requests', open)).toMatch(
      / would have been seen; 348 without a fault prove the objective\.$/,
    );
    expect(openReason('too_few_requests', { ...open, requests: 348 })).toMatch(/ would have been seen\.$/);
  });
});

describe('a line of the log', () => {
  const standing = { base: Math.log(0.1), slo: Math.log(900), beside: Math.log(400), pass: -9 } as Standing;
  const line = {
    candidate: { total: 62, bad: 19 },
    baseline: { total: 51, bad: 22 },
    limit: 0.01,
    alpha: 0.0005,
    seenTo: 50,
  };

  test('without an answer of the source nothing is known', () => {
    expect(pollText({ ...line, standing, seenTo: undefined })).toMatch(/ {3}nothing seen yet$/);
  });

  test('where a classical rule decides, no odds are said to act', () => {
    expect(pollText({ ...line, standing, rule: 'threshold' })).toMatch(/ {3}the threshold rule decides {3}/);
  });

  test('says what the odds are of, and that both revisions break the objective', () => {
    expect(pollText({ ...line, standing })).toBe(
      'new 62 req 30.6 %   old 51 req 43.1 %   limit 1.00 %   odds it is worse 0.1 to 1 (acts at 2 000 to 1), it keeps the objective less than 0.1 to 1 (passes at 20 to 1)   both break the objective: odds 400 to 1   seen to 50s',
    );
    expect(pollText({ ...line, standing: { ...standing, beside: Math.log(3) } })).toMatch(
      /odds it is worse 0\.1 to 1 \(acts at 2 000 to 1\), it keeps the objective .* \(passes at 20 to 1\) {3}seen to 50s$/,
    );
  });

  test('alone it has the odds of the objective', () => {
    expect(
      pollText({ ...line, baseline: undefined, standing: { ...standing, full: Math.log(1680) } }),
    ).toMatch(/limit 1\.00 % {3}odds 1 680 to 1 \(acts at 2 000 to 1\), it keeps/);
  });
});
