import { describe, expect, test } from '@jest/globals';
import type { Standing } from '../../../src/domain/evidence/decide.ts';
import { liveText, readText } from '../../../src/domain/watch/live-line.ts';
import { obstacleText } from '../../../src/domain/watch/obstacle.ts';
import { failReason, openReason, passReason, type TooFewFacts } from '../../../src/domain/watch/reasons.ts';

/** Every sentence says which requests it counts. A reader at 100 % would otherwise take them for those at 100 %. */

const facts = {
  candidate: 'new-2',
  kind: 'availability' as const,
  limit: 0.01,
  counts: { total: 1378, bad: 15 },
  evidence: Math.log(4000),
};

describe('why a release was taken back', () => {
  test('at 100 % after a canary, the sentence counts the requests at 100 % and says so', () => {
    expect(failReason({ ...facts, severalSteps: true, full: { total: 112, bad: 12 } })).toBe(
      'At 100 % of the traffic, 12 of 112 requests failed on new-2 (10.7 %). The objective allows 1.00 %. Odds that it breaks the objective: 4 000 to 1.',
    );
  });

  test('without a canary, the sentence does not mention 100 %', () => {
    expect(failReason({ ...facts, counts: { total: 112, bad: 12 } })).toBe(
      '12 of 112 requests failed on new-2 (10.7 %). The objective allows 1.00 %. Odds that it breaks the objective: 4 000 to 1.',
    );
  });

  test('beside another revision, the odds are of the comparison over all steps so far', () => {
    const beside = { revision: 'old-1', counts: { total: 1000, bad: 2 } };
    expect(failReason({ ...facts, severalSteps: true, beside })).toBe(
      '15 of 1 378 requests failed on new-2 since it first got traffic (1.09 %). The objective allows 1.00 %, and old-1 had 0.20 % at the same time. Odds that it is worse: 4 000 to 1.',
    );
  });

  test('a classical rule has no odds to show', () => {
    const text = failReason({ ...facts, evidence: -5 }, 'burn-rate');
    expect(text).toBe(
      '15 of 1 378 requests failed on new-2 (1.09 %). The objective allows 1.00 %. The burn-rate rule took it back.',
    );
    expect(failReason({ ...facts }, 'evidence')).toContain('Odds');
  });
});

describe('why it passed, and why it did not', () => {
  test('a pass counts all requests since the first traffic', () => {
    expect(passReason({ ...facts, severalSteps: true, counts: { total: 1378, bad: 0 } }, 1378, 0)).toBe(
      'new-2 keeps its objective: 0 of 1 378 requests failed since it first got traffic (1.00 % are allowed).',
    );
    expect(passReason({ ...facts, counts: { total: 503, bad: 0 } }, 503, 40)).toBe(
      'new-2 keeps its objective: 0 of 503 requests and 40 probes failed (1.00 % are allowed).',
    );
  });

  const few = (more: Partial<TooFewFacts>) =>
    openReason({
      end: 'too_few_requests',
      candidate: 'new-2',
      kind: 'availability',
      limit: 0.005,
      requests: 14,
      detectable: 0.599,
      ...more,
    });

  test.each([
    [10, '14 requests (10 at 100 %) are too few'],
    [0, '14 requests (none at 100 %) are too few'],
    [14, '14 requests are too few'],
    [undefined, '14 requests are too few'],
  ])('too few at 100 %%: %s', (full, text) => {
    expect(few({ full })).toBe(
      `${text} to decide about new-2. Only an error rate above 59.9 % would have been noticed.`,
    );
  });

  test('if requests are too few, the reason says how many it takes', () => {
    expect(few({ proving: 697 })).toMatch(
      / would have been noticed\. Proving 99\.5 % takes 697 requests without an error\.$/,
    );
    expect(few({ proving: 697, requests: 697 })).toMatch(/ would have been noticed\.$/);
  });

  test('without any request, nothing was checked', () => {
    expect(few({ requests: 0, detectable: undefined, proving: 697 })).toBe(
      'new-2 got no user requests, so nothing was checked. Proving 99.5 % takes 697 requests without an error.',
    );
    expect(few({ requests: 0, probes: 12, detectable: undefined })).toBe(
      'new-2 got no user requests, and 12 probes are too few to decide.',
    );
  });

  test('a candidate that passed its canary and then got no request', () => {
    expect(few({ requests: 1670, full: 0, passedAt: 50 })).toBe(
      'new-2 passed at 50 %. At 100 % no request arrived.',
    );
  });
});

describe('what kept the watch from judging', () => {
  test('a refusal names the role, another failure its own message', () => {
    const message = 'Google answered 403: no.';
    expect(obstacleText({ kind: 'unreadable', message, role: 'roles/logging.viewer' })).toBe(
      'The request counts cannot be read: grant roles/logging.viewer.',
    );
    expect(obstacleText({ kind: 'unreadable', message: 'No answer in 10 s.', role: undefined })).toBe(
      'The request counts cannot be read: No answer in 10 s.',
    );
  });
});

describe('a line of the log', () => {
  const standing = { base: Math.log(0.1), slo: Math.log(900), beside: Math.log(400), pass: -9 } as Standing;
  const line = {
    candidate: { total: 62, bad: 19 },
    baseline: { total: 51, bad: 22 },
    kind: 'availability' as const,
    limit: 0.01,
    decision: 'undecided' as const,
    alpha: 0.0005,
    standing,
  };

  test('says how far the source has read', () => {
    expect(readText('logs', undefined)).toBe('no logs of this step read yet');
    expect(readText('logs', 2.2)).toBe('logs read up to 2 s ago');
    expect(readText('metrics', 245)).toBe('metrics read up to 4m05s ago');
  });

  test('if a classical rule decides, no odds are shown', () => {
    expect(liveText({ ...line, rule: 'threshold' })).toMatch(/; undecided \(the threshold rule decides\)$/);
  });

  test('says what the odds are of, and that both revisions break the objective', () => {
    expect(liveText(line)).toBe(
      'new 19 of 62 failed (30.6 %), old 22 of 51 (43.1 %), 1.00 % allowed; undecided (worse 0.1:1, acts at 2 000:1; good <0.1:1, passes at 20:1; both break the objective 400:1)',
    );
    expect(liveText({ ...line, standing: { ...standing, beside: Math.log(3) } })).toMatch(
      /undecided \(worse 0\.1:1, acts at 2 000:1; good .*, passes at 20:1\)$/,
    );
  });

  test('a healthy release has a short line', () => {
    const healthy = { base: 0, slo: 0, beside: 0, pass: 0 } as Standing;
    const counts = { candidate: { total: 26, bad: 0 }, baseline: { total: 752, bad: 0 } };
    expect(liveText({ ...line, ...counts, standing: healthy })).toBe(
      'new 0 of 26 failed, old 0 of 752; undecided (worse 1:1, acts at 2 000:1; good 1:1, passes at 20:1)',
    );
  });

  test('without a baseline, the line shows the odds of the objective', () => {
    expect(
      liveText({ ...line, baseline: undefined, standing: { ...standing, full: Math.log(1680) } }),
    ).toMatch(/1\.00 % allowed; undecided \(breaks the objective 1 680:1, acts at 2 000:1; good/);
  });
});
