import { expect, test } from '@jest/globals';
import { decide } from '../../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, startEvidence } from '../../../src/domain/evidence/state.ts';

/**
 * F16: a blip of the platform breaks the objective of both revisions while traffic is split, and then it is over. The
 * shift to 100 % must not be taken back for evidence from before it.
 */
test('F16 the evidence against a revision starts from zero at 100 %', () => {
  const plan: EvidencePlan = {
    tests: [{ objective: 'availability', limit: 0.005, stream: 'users' }],
    alpha: 0.001,
    splitSeconds: 600,
    fullSeconds: 600,
  };
  const state = startEvidence(plan);
  const poll = (seconds: number, candidateBad: number, baselineBad: number) =>
    advance(plan, state, {
      seconds,
      phase: 'split',
      cells: [
        {
          test: 0,
          phase: 'split',
          share: 0.5,
          candidate: { total: 100, bad: candidateBad },
          baseline: { total: 100, bad: baselineBad },
        },
      ],
    });
  for (let seconds = 10; seconds <= 300; seconds += 10) poll(seconds, 0, 0);
  for (let seconds = 310; seconds <= 360; seconds += 10) poll(seconds, 20, 20);
  const during = decide(plan, state, { phase: 'split', dwell: 360, lag: 10 });
  // Both revisions break the objective by far, so the release is not to blame and nothing is taken back.
  expect([during.kind, during.platform]).toEqual(['undecided', true]);
  expect(during.standings[0]?.slo).toBeGreaterThan(Math.log(2000));

  advance(plan, state, {
    seconds: 370,
    phase: 'full',
    cells: [{ test: 0, phase: 'full', candidate: { total: 200, bad: 0 } }],
  });
  const after = decide(plan, state, { phase: 'full', dwell: 10, lag: 10 });
  expect(after.kind).not.toBe('fail');
  expect(after.standings[0]?.full).toBeLessThan(Math.log(2));
  // Failures count from here on.
  for (let seconds = 380; seconds <= 420; seconds += 10)
    advance(plan, state, {
      seconds,
      phase: 'full',
      cells: [{ test: 0, phase: 'full', candidate: { total: 200, bad: 20 } }],
    });
  expect(decide(plan, state, { phase: 'full', dwell: 60, lag: 10 })).toMatchObject({
    kind: 'fail',
    blame: 'unknown',
  });
});
