import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runAction } from '../support/run-action.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counts = (total: number, bad: number) => ({ total, bad });
const recording = (candidateBad: number, baselineBad: number, rest: object = {}) => ({
  slo: 0.995,
  duration_seconds: 1800,
  alpha: 0.001,
  polls: Array.from({ length: 12 }, (_, i) => ({
    t: 10 * (i + 1),
    share: 0.1,
    candidate: counts(1000, candidateBad),
    baseline: counts(9000, baselineBad),
  })),
  ...rest,
});

/** Runs without a login, a project or a network: the replay needs only the file. */
function replay(content: unknown, inputs: Record<string, string> = {}) {
  writeFileSync(
    join(folder, 'recording.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return runAction('watch', {
    cwd: folder,
    env: { GITHUB_WORKSPACE: folder },
    inputs: { replay: 'recording.json', ...inputs },
  });
}

describe('replay', () => {
  test.each([
    [
      'a healthy release',
      recording(1, 8),
      {},
      { verdict: 'pass', blame: 'none', decided_at_seconds: '60', next: 'go_on' },
      0,
    ],
    [
      'a bad one',
      recording(30, 8),
      {},
      { verdict: 'fail', blame: 'release', decided_at_seconds: '10', next: 'roll_back' },
      1,
    ],
    [
      'a platform outage',
      recording(300, 2700),
      {},
      { verdict: 'inconclusive', blame: 'platform', outcome: 'held', next: 'hold' },
      1,
    ],
    ['under another objective', recording(30, 270), { slo: '90%' }, { verdict: 'pass' }, 0],
    [
      'under another policy',
      recording(300, 2700),
      { policy: 'threshold', threshold_rate: '1%', threshold_failures: '0' },
      { verdict: 'fail', blame: 'unknown' },
      1,
    ],
    [
      'an outage that may be promoted',
      recording(300, 2700),
      { on_platform: 'promote' },
      { verdict: 'inconclusive', next: 'go_on' },
      0,
    ],
  ])('%s', async (_, content, inputs, outputs, code) => {
    const run = await replay(content, inputs);
    expect(run.outputs).toMatchObject(outputs);
    expect(run.code).toBe(code);
    expect(run.log.trimEnd().split('\n').at(-1)).toMatch(/^(Passed|Failed|Held|Inconclusive): /);
  });

  test('the report of a replay can be replayed', async () => {
    const first = await replay(recording(30, 8));
    const again = await replay(first.report);
    expect(again.outputs).toMatchObject({ verdict: 'fail', decided_at_seconds: '10' });
  });

  test.each([
    ['a file that is not JSON', '{', /cannot be read as JSON/],
    [
      'a hole',
      { slo: 0.995, duration_seconds: 60, polls: [{ t: 1, candidate: { total: 5 } }] },
      /polls\.0\.candidate\.bad/,
    ],
    ['an empty file', {}, /slo: .*; duration_seconds: .*; polls/],
  ])('%s is refused, with the place of the problem', async (_, content, message) => {
    const run = await replay(content);
    expect(run.code).toBe(1);
    expect(run.log).toMatch(message);
    expect(run.report).toMatchObject({ errors: [{ code: 'replay-invalid' }] });
  });

  test('a missing file is refused', async () => {
    const run = await runAction('watch', { cwd: folder, inputs: { replay: 'nothing.json' } });
    expect(run.log).toContain('nothing.json cannot be read');
  });
});
