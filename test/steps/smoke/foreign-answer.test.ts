import { describe, expect, test } from '@jest/globals';
import type { Attempt } from '../../../src/domain/smoke/retry.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { createSuiteProbes } from '../../../src/steps/smoke/suite-probes.ts';
import { smokePorts } from '../../support/smoke-ports.ts';

/** Between this runner and Google stands a proxy, and it answers itself. */
const attempt = (status: number, body: string, headers: Record<string, string> = {}): Attempt => ({
  answer: { status, headers, body, truncated: false, garbled: false, milliseconds: 3 },
});
const suite = (expect: string, more: readonly string[] = []) =>
  ['version: 1', 'cases:', '  - image: https://example.com/a.png', `    expect: ${expect}`, ...more].join(
    '\n',
  );

const portsWith = (text: string, found: Attempt) =>
  smokePorts(undefined, {
    http: { send: async () => found },
    files: { read: async () => new TextEncoder().encode(text) },
    random: () => 0,
  });
const target = { url: 'https://f.example', audience: 'https://f.example', behindGoogle: true };

const answers = [
  ['a sign-in page with status 200', attempt(200, '<html>TOTAL sign in</html>')],
  ['a redirect', attempt(302, '', { location: 'https://login.example' })],
  ['a block page', attempt(403, '{"error":"blocked"}', { 'content-type': 'application/json' })],
  ['a request for proxy credentials', attempt(407, '', { 'proxy-authenticate': 'Basic' })],
  ['an error of the gateway', attempt(500, 'upstream', { server: 'envoy' })],
] as const;

describe.each(answers)('%s is not the answer of the function', (_, found) => {
  test.each([
    ['a case', suite('{ contains: TOTAL }')],
    ['a case without a text', suite('{ status: [200, 302, 403, 407, 500] }')],
    ['a denial preset', suite('{ status: [200, 302, 403, 407, 500] }', ['presets: [denies-anonymous]'])],
    ['the latency check', suite('{ status: [200, 302, 403, 407, 500] }', ['latency: { samples: 3 }'])],
  ])('%s', async (_, text) => {
    const tested = await smokeTest(portsWith(text, found), { suite: 'suite.yaml', target, settleMs: 0 });
    expect(tested.verdict).toBe('inconclusive');
    expect(tested.cases.map(({ status }) => status)).toEqual(tested.cases.map(() => 'error'));
    expect(tested.findings.map(({ title }) => title).join()).toContain('did not reach the function');
    expect(tested.findings.map(({ fix }) => fix).join()).toContain('NO_PROXY');
  });

  test('a probe is not counted', async () => {
    const probes = createSuiteProbes(portsWith(suite('{ status: [200, 302, 403, 407, 500] }'), found), {
      suite: 'suite.yaml',
      targets: { candidate: target },
    });
    await expect(probes.probe('candidate')).rejects.toMatchObject({ code: 'network-failed' });
  });
});

test('a URL that is not known to be behind Google is judged as it answers', async () => {
  const tested = await smokeTest(portsWith(suite('{ contains: TOTAL }'), attempt(200, '{"text":"TOTAL"}')), {
    suite: 'suite.yaml',
    target: { url: 'https://f.example' },
  });
  expect(tested.verdict).toBe('pass');
});
