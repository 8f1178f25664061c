import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  jobMinutes,
  longestRelease,
  type Planned,
  totalSeconds,
} from '../../../src/domain/release/longest.ts';
import { definitionFor } from '../../../src/inputs/table.ts';

const standard = (name: string) => {
  const definition = definitionFor(name, 'release');
  return definition.kind.parse(definition.default ?? '') as never;
};

/** A release with nothing but defaults. */
const defaults: Planned = {
  canary: standard('canary'),
  stepSeconds: standard('step_duration'),
  fullSeconds: standard('duration'),
  buildSeconds: standard('deploy_timeout'),
  waitSeconds: standard('wait_for_other'),
  propagationSeconds: standard('propagation_timeout'),
  verifySeconds: standard('verify_duration'),
};

test('a release with the defaults takes at most a little over two hours', () => {
  expect(Object.fromEntries(longestRelease(defaults).map(({ what, seconds }) => [what, seconds]))).toEqual({
    'login, preflight and reads': 300,
    'waiting for another release': 600,
    'closing the function, before and after the build': 840,
    'pin, build and tag': 1350,
    'smoke test': 900,
    '3 canary steps': 3 * (60 + 300 + 360),
    'all traffic': 60 + 600 + 360,
    promotion: 120,
    rollback: 210,
  });
  expect(jobMinutes(defaults)).toBe(130);
});

test('without a canary no step counts', () => {
  const parts = longestRelease({ ...defaults, canary: [100] });
  expect(totalSeconds(longestRelease(defaults)) - totalSeconds(parts)).toBe(3 * 720);
});

const seconds = fc.integer({ min: 0, max: 100_000 });
const planned = fc.record({
  canary: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 6 }).map((steps) => [...steps, 100]),
  stepSeconds: seconds,
  fullSeconds: seconds,
  buildSeconds: seconds,
  waitSeconds: seconds,
  propagationSeconds: seconds,
  verifySeconds: seconds,
});

test('the job is never shorter than its release, by at most ten minutes longer, and no limit makes it shorter', () => {
  fc.assert(
    fc.property(planned, fc.constantFrom('stepSeconds', 'buildSeconds', 'waitSeconds'), (one, name) => {
      const total = totalSeconds(longestRelease(one));
      expect(jobMinutes(one) * 60).toBeGreaterThanOrEqual(total);
      expect(jobMinutes(one) * 60 - total).toBeLessThan(600);
      const longer = { ...one, [name as 'stepSeconds']: one[name as 'stepSeconds'] + 1000 };
      expect(totalSeconds(longestRelease(longer))).toBeGreaterThanOrEqual(total);
    }),
  );
});
