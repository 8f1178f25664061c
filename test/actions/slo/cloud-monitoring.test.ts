import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { alerting } from '../../../sandbox/alerting/state.ts';
import { projectResource } from '../../../sandbox/core/iam.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { alertingReads } from '../../../src/domain/preflight/alerting.ts';
import { alertsRole } from '../../../src/domain/setup/roles.ts';
import { sloView } from '../../../src/domain/summary/slo/section.ts';
import { runSlo } from './run.ts';

/** The action with a login without a key, as an account that holds exactly the role that `init --may-alert` makes. */

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'bs-slo-google-'));
  copyFileSync(
    join(import.meta.dirname, '../../../examples/backstay.slo.yaml'),
    join(folder, 'backstay.slo.yaml'),
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox.stop();
});

/** The account holds these permissions on the project and nothing else. */
function grant(permissions: readonly string[]): void {
  const { world } = sandbox;
  const name = `projects/${sandbox.project}/roles/${alertsRole.id}`;
  world.roles.define({
    name,
    title: 'test',
    includedPermissions: [...permissions],
    stage: 'GA',
    etag: 'AA==',
  });
  world.policies.set(
    projectResource(world),
    [{ role: name, members: [`serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`] }],
    'once',
  );
}

const run = (inputs: Record<string, string>) =>
  runSlo(
    folder,
    {
      ...{ system: 'cloud-monitoring', project_id: sandbox.project },
      workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: sandbox.env.SERVICE_ACCOUNT as string,
      ...inputs,
    },
    sandbox.env,
  );

test('generate needs no login: the resources as a file, each as Google takes it', async () => {
  const { report } = await runSlo(folder, {
    system: 'cloud-monitoring',
    mode: 'generate',
    project_id: 'my-project',
  });
  expect(report.verdict).toBe('pass');
  const { resources } = JSON.parse(
    readFileSync(join(folder, 'monitoring/ocr-api.cloud-monitoring.json'), 'utf8'),
  );
  expect(resources.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
    ...Array(6).fill('alert policy'),
    ...['dashboard', 'objective', 'objective', 'service'],
  ]);
});

test('plan, apply and verify with exactly the role of init; plan and verify read with less', async () => {
  grant(alertsRole.permissions);
  const plan = await run({ mode: 'plan' });
  expect([plan.report.verdict, plan.outputs?.changes, plan.outputs?.writes]).toEqual(['pass', 10, 0]);
  expect(alerting(sandbox.world).services.size).toBe(0);
  const applied = await run({ mode: 'apply' });
  expect([applied.report.verdict, applied.outputs?.writes]).toEqual(['pass', 10]);
  grant(alertingReads);
  const verified = await run({ mode: 'verify' });
  expect([verified.report.verdict, verified.outputs?.changes]).toEqual(['pass', 0]);
  // Google has no window of three days for a burn rate, and the summary says so.
  const summary = sloView.sections?.flatMap((section) => section(verified.report)).join('\n') ?? '';
  expect(summary).toContain('has no alert over 72 h: Cloud Monitoring looks back at most a day');
  expect(summary).toContain('4m19s');
});

test.each([...alertingReads])(
  'without %s it cannot be found out, and the permission is named',
  async (permission) => {
    grant(alertsRole.permissions.filter((one) => one !== permission));
    await expect(run({ mode: 'verify' })).rejects.toThrow(permission);
  },
);

test('a missing project is a problem of the input', async () => {
  await expect(runSlo(folder, { system: 'cloud-monitoring', mode: 'generate' })).rejects.toThrow(
    /project_id/,
  );
});
