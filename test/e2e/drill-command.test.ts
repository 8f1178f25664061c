import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { addBucket, storageState } from '../../sandbox/storage/state.ts';
import { runAction } from '../support/run-action.ts';

/** The action as a process: it checks, restores, keeps the trend, and its post step removes what a killed step has left. */
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { world, env } = sandbox;
  addBucket(world, 'data', 'EUR4');
  addBucket(world, 'bare', 'EUR4', { softDeletePolicy: { retentionDurationSeconds: '0' } });
  for (const bucket of ['data', 'bare'])
    for (const role of ['roles/storage.bucketViewer', 'roles/storage.objectUser'])
      grant(world.policies, bucketResource(world, bucket), role, `serviceAccount:${env.SERVICE_ACCOUNT}`);
});
afterAll(() => sandbox?.stop());

const inputs = (more: Record<string, string>) => ({
  workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '',
  service_account: sandbox.env.SERVICE_ACCOUNT ?? '',
  project_id: sandbox.project,
  canary_kib: '4',
  ...more,
});
const run = (more: Record<string, string>) => runAction('drill', { env: sandbox.env, inputs: inputs(more) });
const canaries = () =>
  [...storageState(sandbox.world).objects.values()].filter(({ object }) => object.includes('/canary/'));

test('check names the bucket that loses data, and how to repair it', async () => {
  const { code, log, summary } = await run({ drill_buckets: 'input=data, model=bare' });
  expect(code).toBe(1);
  expect(log).toContain('gcloud storage buckets update gs://bare --soft-delete-duration=7d');
  expect(summary).toContain('| model | `bare` | EUR4 | - | nothing | 0 d |');
});

test('restore brings back every byte, and the summary shows the trend', async () => {
  const first = await run({ drill_buckets: 'data', mode: 'restore', rto: '60s' });
  expect([first.code, first.outputs.verdict, first.outputs.rpo_seconds]).toEqual([0, 'pass', '0']);
  const second = await run({ drill_buckets: 'data', mode: 'restore', rto: '60s' });
  expect(second.summary).toContain('### Drill by drill');
  expect(second.summary).toContain('xychart');
  expect(canaries()).toEqual([]);
});

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a step that is ended by %s in the middle leaves nothing behind its post step',
  async (signal) => {
    const { control } = sandbox;
    // The first deletion never ends, so the objects are there when the step dies.
    await fetch(`${control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ api: 'storage', method: 'DELETE', path: 'canary', fault: { hang: true } }),
    });
    let end: (name: NodeJS.Signals) => void = () => {};
    const watching = setInterval(() => {
      if (canaries().length < 5) return;
      clearInterval(watching);
      setTimeout(() => end(signal), 200);
    }, 20);
    const killed = await runAction('drill', {
      env: sandbox.env,
      inputs: inputs({ drill_buckets: 'data', mode: 'restore' }),
      onStart: (kill) => {
        end = kill;
      },
      timeoutMs: 110_000,
    });
    clearInterval(watching);
    expect(killed.code).not.toBe(0);
    expect(killed.state.drill_run).toMatch(/^\d{8}T\d{6}Z-/);
    expect(canaries()).toHaveLength(5);
    await fetch(`${control}/faults`, { method: 'DELETE' });
    const post = await runAction('drill', {
      env: sandbox.env,
      inputs: inputs({ drill_buckets: 'data', mode: 'restore' }),
      post: killed,
    });
    expect([post.code, post.log]).toEqual([
      0,
      expect.stringContaining('removed 5 objects that the drill had left'),
    ]);
    expect(canaries()).toEqual([]);
  },
  300_000,
);
