import { describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../scripts/demo/runner.ts';
import { columns, type Ended, secondsToRestored, table } from '../../scripts/demo/table.ts';
import type { Counts } from '../../scripts/demo/traffic.ts';

const counts = (more: Partial<Counts>): Counts => ({
  requests: 100,
  bad: 0,
  byStatus: {},
  byRevision: {},
  firstBad: null,
  lastBad: null,
  ...more,
});

const result = (more: Partial<NonNullable<StepResult['report']>>): StepResult => ({
  code: 0,
  outputs: {},
  seconds: 3,
  report: { verdict: 'pass', outcome: 'promoted', reason: 'ok', timings: [], actions_taken: [], ...more },
});

const good: Ended = {
  kind: 'first',
  title: 'First release',
  expected: 'promoted',
  counts: undefined,
  result: result({ timings: [{ stage: 'Build', seconds: 1.25, verdict: 'pass', note: 'r1 at 0 %' }] }),
};

const bad: Ended = {
  kind: 'bad',
  title: 'A bad update',
  expected: 'rolled_back',
  counts: counts({ bad: 17, firstBad: '2026-11-22T10:00:00.000Z', lastBad: '2026-11-22T10:00:12.000Z' }),
  result: result({
    outcome: 'rolled_back',
    timings: [{ stage: 'Watch 50 %', seconds: 18, verdict: 'fail', note: 'too many '.repeat(40) }],
    actions_taken: [
      { at: '2026-11-22T09:59:50.000Z', what: 'Sent 50 % of the traffic to r2' },
      { at: '2026-11-22T10:00:13.500Z', what: 'Put the traffic back to r1', kind: 'traffic_back' },
      { at: '2026-11-22T10:00:20.000Z', what: 'Put back the label team' },
    ],
  }),
};

describe('the table at the end of the demo', () => {
  test('columns are aligned and no line is longer than 120 characters', () => {
    const lines = columns([
      ['a', 'bb', 'note'],
      ['한글', 'b', 'x'.repeat(500)],
      ['', '', ''],
    ]).split('\n');
    expect(lines.map((line) => [...line].length)).toEqual([expect.any(Number), 120, 120, 0]);
    expect(lines[0]).toBe('a    bb   note');
    expect(lines[2]).toMatch(/^한글 {3}b {4}x+…$/);
  });

  test('each release begins with its outcome; stages, figures and reachability follow', () => {
    const text = table([good, bad], [], false);
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(120);
    expect(text).toMatch(/^1\. promoted {6}Build {8} 1\.3 s {3}pass {6}r1 at 0 %$/m);
    expect(text).toMatch(/^2\. rolled_back {3}Watch 50 % {3}18\.0 s {3}fail {6}too many .*…$/m);
    expect(text).toContain('2. rolled_back: 100 requests, 17 bad answers served, ');
    expect(text).toContain('13.5 s from the first bad answer');
    // A release without traffic gets no line.
    expect(text).not.toMatch(/^1\. promoted:/m);
    expect(text).toMatch(/without a token.*never/);
  });

  test('the seconds appear only if both ends were seen', () => {
    expect(secondsToRestored(bad)).toBe(13.5);
    expect(secondsToRestored({ ...bad, counts: counts({}) })).toBeUndefined();
    expect(secondsToRestored({ ...bad, counts: undefined })).toBeUndefined();
    expect(secondsToRestored({ ...bad, result: result({}) })).toBeUndefined();
    expect(secondsToRestored({ ...bad, result: { ...result({}), report: undefined } })).toBeUndefined();
  });

  test('every period in which anyone could call the function is listed', () => {
    const from = '2026-11-22T10:00:00.000Z';
    const closed = { from, until: '2026-11-22T10:00:02.500Z', url: 'http://127.0.0.1:1' };
    expect(table([good], [closed], true)).toMatch(/Reachable without a token: 2\.5 s \(opened by this demo/);
    expect(table([good], [closed, { from, url: 'x' }], false)).toMatch(/2\.5 s, still\.$/);
  });

  test('a release without a report has a row too', () => {
    const text = table([{ ...good, result: { ...good.result, report: undefined } }], [], false);
    expect(text).toMatch(/^1\. no report +exit code 0$/m);
  });
});
