import { expect, test } from '@jest/globals';
import { createSuiteProbes } from '../../../src/steps/smoke/suite-probes.ts';
import { smokePorts } from '../../support/smoke-ports.ts';
import { run } from '../../support/watch-scene.ts';

/** Probes with known images: an answer of 200 with a wrong text is bad, where there is no user to notice it. */

const suite =
  'version: 1\ncases:\n  - image: https://example.com/total.png\n    expect: { status: 200, text: TOTAL 128.40, max_cer: 0.1 }\n';

test.each([
  ['TOTAL 128.40', false],
  ['0v8T 10101', true],
  ['', true],
])('a probe whose known image is read as "%s" is bad: %s', async (text, bad) => {
  const answer = {
    ...{ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) },
    ...{ truncated: false, garbled: false, milliseconds: 3 },
  };
  const ports = smokePorts(undefined, {
    http: { send: async () => ({ answer }) },
    files: { read: async () => new TextEncoder().encode(suite) },
  });
  const targets = { candidate: { url: 'https://f.example' } };
  const probes = createSuiteProbes(ports, { suite: 'known.smoke.yaml', targets });
  expect(await probes.probe('candidate')).toMatchObject({ bad });
});

test('a build that misreads every second known image is taken back without a single user', async () => {
  let sent = 0;
  const probes = {
    probe: async (target: 'candidate' | 'baseline') => ({
      bad: target === 'candidate' && ++sent % 2 === 0,
      milliseconds: 10,
    }),
  };
  const { result } = await run({
    ...{ rps: 0, share: 0.5, probes },
    request: { probesPerMinute: 30, durationSeconds: 900 },
  });
  expect(result).toMatchObject({ verdict: 'fail', blame: 'release', requests: 0 });
  // At fifteen a minute to each revision, that is within three minutes.
  expect(sent).toBeLessThanOrEqual(45);
});
