import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { Report } from '../../src/domain/report/report.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

jest.setTimeout(300_000);

/** The clock of the runner is wrong, or is set while a release runs. The release ends as with a right one. */
const hour = 3_600_000;
interface Clock {
  /** From the start, in milliseconds. */
  ahead?: number;
  /** Set by so many milliseconds as soon as the log holds the text. */
  steps?: [text: string, milliseconds: number][];
}
const preload = join(import.meta.dirname, '../support/set-clock.mjs');

describe('the clock of the runner', () => {
  let sandbox: Sandbox;
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
    folder = mkdtempSync(join(tmpdir(), 'bs-clock-'));
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (responses: object[]): string => {
    const path = mkdtempSync(join(folder, 'source-'));
    writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
    return path;
  };
  const good = [{ status: 200, body: { text: 'ok' }, latencyMs: 0 }];
  const bad = [{ status: 500, latencyMs: 0 }];

  const watched = {
    slo: '99%',
    source: 'logs',
    poll_interval: '1s',
    step_duration: '60s',
    duration: '60s',
    verify_duration: '0s',
  };

  const release = (
    name: string,
    responses: object[],
    more: Record<string, string>,
    clock: Clock = {},
  ): Promise<ActionRun> =>
    runAction('release', {
      timeoutMs: 150_000,
      env: {
        ...sandbox.env,
        GITHUB_WORKSPACE: folder,
        NODE_OPTIONS: `--import ${preload}`,
        CLOCK_AHEAD: String(clock.ahead ?? 0),
        CLOCK_STEPS: JSON.stringify(clock.steps ?? []),
      },
      inputs: {
        name,
        region: sandbox.region,
        project_id: sandbox.project,
        workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
        service_account: sandbox.env.SERVICE_ACCOUNT as string,
        invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
        runtime: 'nodejs24',
        source_dir: source(responses),
        slo: 'none',
        smoke_suite: 'none',
        canary: '50%',
        step_duration: '1s',
        duration: '1s',
        github_token: 'token-of-the-job',
        ...more,
      },
    });
  const load = (name: string) =>
    fetch(`${sandbox.control}/load`, {
      method: 'POST',
      body: JSON.stringify({ function: name, rps: 20, seconds: 600 }),
    });

  const scenes: [string, Clock, RegExp | undefined][] = [
    ['right', {}, undefined],
    ['an hour ahead', { ahead: hour }, /The clock of this runner is 1h00m ahead of Google's\./],
    ['an hour behind', { ahead: -hour }, /The clock of this runner is 1h00m behind Google's\./],
    [
      'set ahead after the preflight, far back in the build, and ahead again during the watch',
      {
        steps: [
          ['Preflight', hour],
          ['Uploaded', -3 * hour],
          ['Watch 50 %', 2 * hour],
        ],
      },
      undefined,
    ],
  ];
  test.each(scenes)('%s: a bad revision is found in its canary and taken back', async (_, clock, told) => {
    const name = `bad-${made}`;
    const first = await release(name, good, {});
    await load(name);
    const ran = await release(name, bad, watched, clock);
    expect([ran.code, ran.outputs.outcome, ran.outputs.verdict]).toEqual([1, 'rolled_back', 'fail']);
    expect(JSON.parse(ran.outputs.traffic ?? '')).toEqual([
      { revision: first.outputs.revision, percent: 100 },
    ]);
    expect(ran.log).toContain('clock steps left: 0');
    if (told) expect(ran.log).toMatch(told);
    else expect(ran.log).not.toContain('clock of this runner');
    // No duration holds the step of the clock, and moments are Google's.
    const { timings, actions_taken } = ran.report as unknown as Report;
    for (const { startedAtSeconds, seconds } of timings) {
      expect(startedAtSeconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(startedAtSeconds + seconds).toBeLessThan(ran.milliseconds / 1000);
    }
    expect(actions_taken.length).toBeGreaterThan(2);
    for (const { at } of actions_taken) expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(hour / 2);
  });
});
