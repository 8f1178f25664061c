import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { until } from '../support/hold-call.ts';
import { type ActionRun, type RunOptions, runAction } from '../support/run-action.ts';

const root = join(import.meta.dirname, '..', '..');

// The tests start real processes on a machine that may be busy, so they get more time.
jest.setTimeout(300_000);

describe('the root action as a runner starts it', () => {
  let sandbox: Sandbox;
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 50, logLagMs: 100, sampleReachability: true });
    folder = mkdtempSync(join(tmpdir(), 'bs-e2e-'));
  });
  afterAll(async () => {
    const seen = (await (await fetch(`${sandbox.control}/reachability`)).json()) as {
      everReachable: boolean;
    };
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(seen.everReachable).toBe(false);
  });

  function source(responses: object[] = [{ status: 200, body: { text: 'ok' } }]): string {
    const path = mkdtempSync(join(folder, 'source-'));
    writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
    return path;
  }
  const inputs = (name: string, more: Record<string, string> = {}) => ({
    name,
    region: sandbox.region,
    project_id: sandbox.project,
    workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
    service_account: sandbox.env.SERVICE_ACCOUNT as string,
    invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
    runtime: 'nodejs24',
    source_dir: source(),
    slo: 'none',
    smoke_suite: 'none',
    canary: '10%',
    step_duration: '1s',
    duration: '1s',
    github_token: 'token-of-the-job',
    ...more,
  });
  const start = (name: string, more: Record<string, string> = {}, options: RunOptions = {}) =>
    runAction('release', {
      env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
      inputs: inputs(name, more),
      ...options,
    });
  const post = (name: string, main: ActionRun) =>
    runAction('release', {
      env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
      inputs: inputs(name),
      post: main,
    });
  /** Counts from outside how the front end divides the requests. */
  function traffic(name: string): { revision: string; percent: number }[] {
    const service = `projects/${sandbox.project}/locations/${sandbox.region}/services/${name}`;
    const live = runState(sandbox.world).services.get(service)?.live ?? [];
    return live.flatMap(({ serves, percent }) => (percent ? [{ revision: serves, percent }] : []));
  }

  const inCanary = (name: string) => until(() => traffic(name).length === 2);

  test('a release and the next one: outputs, report, summary, log', async () => {
    const first = await start('whole');
    expect([first.code, first.outputs.outcome]).toEqual([0, 'promoted']);
    const second = await start('whole');
    expect([second.code, second.outputs.outcome, second.outputs.previous_revision]).toEqual([
      0,
      'promoted',
      first.outputs.revision,
    ]);
    expect(JSON.parse(second.outputs.traffic ?? '')).toEqual([
      { revision: second.outputs.revision, percent: 100 },
    ]);
    expect(second.outputs.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(second.outputs.exposure).toBe('private');
    expect(second.summary).toMatch(/^## ✅ Released: `whole` now serves `whole-00002-/);
    expect(readFileSync(second.outputs.summary_file ?? '', 'utf8')).toBe(second.summary);
    expect(second.report).toMatchObject({
      schema: 'backstay/report/v1',
      action: 'release',
      outcome: 'promoted',
      verdict: 'pass',
    });
    const lines = second.log
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('::'));
    expect(lines[0]).toMatch(
      /^backstay \d+\.\d+\.\d+ {2}whole in us-central1, commit 7f3c9a1, 10 % 1\.0 s, 100 % 1\.0 s$/,
    );
    expect(lines.at(-1)).toMatch(/^Released: /);
    expect(second.log).not.toContain('\r');
    const after = await post('whole', second);
    expect(after.log).toMatch(
      /Post step of the release: nothing to settle\. The release itself ended well: Released: /,
    );
    expect(after.outputs).toEqual(second.outputs);
  });

  test('every wrong input at once, and nothing is sent', async () => {
    const before = sandbox.world.requests.length;
    const ran = await start('Bad_Name!', { canary: '90%,10%', step_duration: 'soon', slo: '120%' });
    expect(ran.code).toBe(1);
    for (const name of ['name', 'canary', 'step_duration', 'slo']) expect(ran.log).toContain(name);
    expect(sandbox.world.requests.length).toBe(before);
    // The job's token is an input: it is in none of our files, even if the action ends early.
    expect(JSON.stringify([ran.report, ran.outputs, ran.summary, ran.state])).not.toContain(
      'token-of-the-job',
    );
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s during the canary: traffic is back within a few calls, and the post step confirms it',
    async (signal) => {
      const name = `stop-${signal.toLowerCase()}`;
      const first = await start(name);
      expect(first.outputs.outcome).toBe('promoted');
      let sent = 0;
      const ran = await start(
        name,
        { step_duration: '60s' },
        {
          onStart: (kill) =>
            void inCanary(name).then(() => {
              sent = sandbox.world.requests.length;
              kill(signal);
            }),
        },
      );
      expect([ran.code, ran.outputs.outcome]).toEqual([1, 'cancelled']);
      // A runner kills the process 7.5 s after the signal. F13 in test/steps measures the time; it consists of these calls.
      expect(sandbox.world.requests.length - sent).toBeLessThanOrEqual(15);
      expect(traffic(name)).toEqual([{ revision: first.outputs.revision, percent: 100 }]);
      const after = await post(name, ran);
      expect(after.log).toMatch(
        /Post step of the release: nothing was left open: .*\. The release itself failed: Cancelled: /,
      );
      // Some runners let the post step replace outputs. What the main step said must stay.
      expect(after.outputs).toEqual(ran.outputs);
      expect(JSON.parse(after.outputs.traffic ?? '')).toEqual([
        { revision: first.outputs.revision, percent: 100 },
      ]);
    },
  );

  test('SIGKILL during the canary: the post step puts the traffic back', async () => {
    const first = await start('killed');
    const ran = await start(
      'killed',
      { step_duration: '60s' },
      { onStart: (kill) => void inCanary('killed').then(() => kill('SIGKILL')) },
    );
    expect(ran.signal).toBe('SIGKILL');
    expect(ran.summary).toContain('under way');
    const settled = await post('killed', ran);
    expect([settled.code, settled.outputs]).toEqual([0, {}]);
    expect(settled.log).toContain(`traffic: ${first.outputs.revision} 100 %.`);
    expect(settled.log).toMatch(/Post step of the release: put back: .*did not end: its step was killed\./);
    expect(traffic('killed')).toEqual([{ revision: first.outputs.revision, percent: 100 }]);
  });

  test('SIGKILL in the first release: the last line says that it did not end, and nothing says that it passed', async () => {
    const ran = await start(
      'first',
      { duration: '60s' },
      { onStart: (kill) => void until(() => traffic('first').length === 1).then(() => kill('SIGKILL')) },
    );
    expect(ran.signal).toBe('SIGKILL');
    const settled = await post('first', ran);
    const last = settled.log.trimEnd().split('\n').at(-1);
    expect(last).toMatch(
      /^Post step of the release: .* The release itself did not end: its step was killed\./,
    );
    expect(settled.log).not.toMatch(/Passed/);
    expect([settled.code, settled.outputs]).toEqual([0, {}]);
  });

  test('a release with wrong inputs: the last line of the job says that it failed', async () => {
    const ran = await start('whole', { canary: '90%' });
    const after = await post('whole', ran);
    const last = after.log.trimEnd().split('\n').at(-1);
    expect(last).toMatch(
      /^Post step of the release: nothing to settle\. The release itself failed: (?!Failed).*canary/,
    );
    expect(after.outputs).toEqual(ran.outputs);
  });

  test('a rollback by hand sends one write, takes effect at once and writes one annotation', async () => {
    const first = await start('back');
    const second = await start('back');
    expect([first.outputs.outcome, second.outputs.outcome]).toEqual(['promoted', 'promoted']);
    const { name, region, project_id, workload_identity_provider, service_account } = inputs('back');
    const sent = sandbox.world.requests.length;
    const ran = await runAction('rollback', {
      env: sandbox.env,
      inputs: { name, region, project_id, workload_identity_provider, service_account, slo: 'none' },
    });
    expect([ran.code, ran.outputs.outcome, ran.outputs.serving_revision]).toEqual([
      0,
      'rolled_back',
      first.outputs.revision,
    ]);
    const { evidence } = ran.report as { evidence: { rollback: { took_ms: number } } };
    // From the write until the service has settled: a second is enough for a few looks, even on a busy machine.
    const calls = sandbox.world.requests.slice(sent).filter(({ api }) => api === 'run');
    const write = calls.findIndex(({ method, path }) => method === 'PATCH' && !path.includes('validateOnly'));
    expect(calls.length - write).toBeLessThanOrEqual(5);
    expect(evidence.rollback.took_ms).toBeGreaterThan(0);
    expect(ran.log.match(/^::(?:notice|warning|error) .*/gm)).toEqual([
      expect.stringMatching(/^::notice title=.*serves 100 %25 again in /),
    ]);
  });

  test('the root action.yml names everything that the action reads, and its files', () => {
    const definition = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
      inputs: Record<string, { description: string }>;
      runs: Record<string, string>;
    };
    const deploy = parse(readFileSync(join(root, 'actions/deploy/action.yml'), 'utf8')) as typeof definition;
    const not = [
      'no_traffic',
      // A release has a tag of its own.
      'tag',
      'all_traffic_on_latest_revision',
      'on_exposed',
      'environment',
      'dry_run',
      'invoker_service_account',
      // A release asks for alerts unless it is told not to.
      'on_alert',
      // A release also reads runs with it.
      'github_token',
    ];
    for (const [name, { description }] of Object.entries(deploy.inputs))
      if (!not.includes(name) && !name.startsWith('event_'))
        expect([name, definition.inputs[name]?.description]).toEqual([name, description]);
    expect(definition.runs).toEqual({
      using: 'node24',
      main: 'actions/release/main.js',
      post: 'actions/release/post.js',
      'post-if': 'always()',
    });
  });
});
