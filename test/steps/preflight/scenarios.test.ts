import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { projectResource } from '../../../sandbox/core/iam.ts';
import { accountResource } from '../../../sandbox/identity/state.ts';
import { annotationOf } from '../../../src/domain/report/annotation.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld, type RunOptions } from '../../support/release-world.ts';

jest.setTimeout(300_000);

/** What later stages lack is found before the first change, whatever it is, and the preflight itself breaks nothing. */
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const fast = { canary: '50%', step_duration: '1s', duration: '1s', on_too_few_requests: 'promote' };
const watched = () => ({ ...fast, slo: '99%', smoke_suite: world.suite() });

/** The requests to the sandbox since a moment, without those of the test itself. */
const requestsSince = (from: number) => world.sandbox.world.requests.slice(from);
const writes = (from: number) =>
  requestsSince(from).filter(
    ({ method, path, api }) =>
      (['run', 'cloudfunctions'].includes(api) && method === 'PATCH') ||
      (api === 'cloudfunctions' && method === 'POST' && !/:testIamPermissions/.test(path)) ||
      /:setIamPolicy/.test(path),
  );

/** A release that must stop before it changes or uploads anything. */
async function stops(name: string, options: RunOptions): Promise<Ran> {
  const from = world.sandbox.world.requests.length;
  const ran = await world.release(name, world.good(), options);
  expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual(['blocked', 'fail', 1]);
  expect(ran.report.timings.map(({ stage }) => stage)).toEqual(['Preflight']);
  expect(writes(from)).toEqual([]);
  return ran;
}

const ready = (name: string, more: Record<string, string> = {}) =>
  world.release(name, world.good(), { inputs: { ...fast, ...more } });

test('memory 512, too many instances kept warm, and a hosted runner before internal ingress: one list', async () => {
  const inputs = {
    ...watched(),
    memory: '512',
    min_instance_count: '5',
    max_instance_count: '2',
    ingress_settings: 'ALLOW_INTERNAL_ONLY',
  };
  const ran = await stops('many', { inputs, env: { RUNNER_ENVIRONMENT: 'github-hosted' } });
  expect(ran.report.reason).toMatch(/^3 things /);
  const summary = summaryOf(ran.report, releaseView);
  expect(summary).toContain('### What is missing');
  expect(summary).toContain('512Mi');
  expect(summary.match(/Next:/g)).toHaveLength(1);
  expect(annotationOf(ran.report, ran.exitCode)?.text).toMatch(/\(1\).*\(2\).*\(3\)/);
});

test('a runner of the user may be inside the network: internal ingress stops nothing', async () => {
  const inputs = { ...watched(), ingress_settings: 'ALLOW_INTERNAL_ONLY', dry_run: 'true' };
  const ran = await world.release('inside', world.good(), {
    inputs,
    env: { RUNNER_ENVIRONMENT: 'self-hosted' },
  });
  expect(ran.report.timings.find(({ stage }) => stage === 'Preflight')?.verdict).toBe('pass');
});

test('a runner of the user outside of the network is found out by one call, before anything is built', async () => {
  await ready('closed');
  await world.release('closed', world.good(), {
    inputs: { ...fast, ingress_settings: 'ALLOW_INTERNAL_ONLY', smoke_suite: 'none' },
  });
  const ran = await stops('closed', { inputs: watched(), env: { RUNNER_ENVIRONMENT: 'self-hosted' } });
  expect(ran.report.reason).toContain('Google turned a request of this runner away');
  expect(ran.report.findings[0]?.fix).toMatch(/^Use a runner inside the network/);
});

test('a first release in another region than before needs a confirmation', async () => {
  await ready('moved');
  const ran = await stops('moved', { inputs: { ...fast, region: 'europe-west1' } });
  expect(ran.report.reason).toContain(world.sandbox.region);
  expect(ran.report.findings[0]?.fix).toContain('new_region: true');
  const inputs = { ...fast, region: 'europe-west1', new_region: 'true' };
  expect((await world.release('moved', world.good(), { inputs })).report.outcome).toBe('promoted');
});

describe('an API that is off', () => {
  test.each([
    ['run.googleapis.com'],
    ['cloudbuild.googleapis.com'],
    ['artifactregistry.googleapis.com'],
    ['cloudfunctions.googleapis.com'],
    ['cloudresourcemanager.googleapis.com'],
  ])('%s: the command switches it on, and the next run releases', async (service) => {
    const off = world.sandbox.world.disabledServices;
    const name = `off-${service.split('.')[0]}`;
    await ready(name);
    off.add(service);
    const ran = await stops(name, { inputs: watched() }).finally(() => off.delete(service));
    const commands = ran.report.findings.find(({ rule }) => rule === 'preflight-missing')?.commands;
    expect(commands).toEqual([`gcloud services enable ${service} --project=${world.sandbox.project}`]);
  });

  test('without the right to list APIs, a refused call names its own', async () => {
    await ready('unlisted');
    const { faults, disabledServices: off } = world.sandbox.world;
    faults.add({ api: 'serviceusage', times: 9, fault: { status: 403 } });
    off.add('cloudfunctions.googleapis.com');
    const ran = await stops('unlisted', { inputs: watched() }).finally(() => {
      off.delete('cloudfunctions.googleapis.com');
      faults.clear();
    });
    expect(ran.report.findings[0]?.commands?.join()).toContain(
      'services enable cloudfunctions.googleapis.com',
    );
  });
});

describe('counts that cannot be read', () => {
  /** Every role of the deployer that reads logs or metrics. */
  const blind = [
    'roles/logging.viewer',
    'roles/monitoring.viewer',
    'roles/serviceusage.serviceUsageConsumer',
  ];
  /** The deployer without these roles. */
  async function without(roles: readonly string[], run: () => Promise<void>): Promise<void> {
    const { policies } = world.sandbox.world;
    const resource = projectResource(world.sandbox.world);
    const { bindings } = policies.get(resource);
    policies.set(
      resource,
      bindings.filter(({ role }) => !roles.includes(role)),
      'once',
    );
    try {
      await run();
    } finally {
      policies.set(resource, bindings, 'once');
    }
  }

  test('no logs with source: logs: blocked at second 0, and the role is that of logs', async () => {
    await ready('nologs');
    await without(['roles/logging.viewer'], async () => {
      const ran = await stops('nologs', { inputs: { ...watched(), source: 'logs' } });
      const commands = ran.report.findings[0]?.commands?.join();
      expect(commands).toContain('roles/logging.viewer');
      expect(commands).not.toContain('roles/monitoring.viewer');
    });
  });

  test('Google refuses the reads although the permissions are there: the gate stops before the first change', async () => {
    await ready('sealed');
    const from = world.sandbox.world.requests.length;
    const restore = world.onCalls(({ api }) =>
      ['logging', 'monitoring'].includes(api) ? { status: 403 } : undefined,
    );
    const ran = await world.release('sealed', world.good(), { inputs: watched() }).finally(restore);
    expect([ran.report.outcome, ran.exitCode]).toEqual([undefined, 1]);
    expect(ran.report.timings.map(({ stage }) => stage)).toEqual(['Preflight', 'Budget gate']);
    expect(writes(from)).toEqual([]);
    expect(ran.report.errors[0]?.fix).toContain('roles/');
  });

  test('auto needs one of the two', async () => {
    await ready('either');
    await without(['roles/logging.viewer'], async () => {
      const ran = await world.release('either', world.good(), { inputs: { ...watched(), dry_run: 'true' } });
      expect(ran.report.findings.map(({ rule }) => rule)).toContain('preflight-optional');
      expect(ran.report.findings.map(({ rule }) => rule)).not.toContain('preflight-missing');
    });
    await without(blind, async () => {
      await stops('either', { inputs: watched() });
      const inputs = { ...watched(), on_blind: 'promote' };
      expect((await world.release('either', world.good(), { inputs })).report.outcome).toBe('promoted');
    });
  });

  test('preflight: warn goes on, and a dry run only says what would stop', async () => {
    await ready('warned');
    await without(blind, async () => {
      const plan = await world.release('warned', world.good(), { inputs: { ...watched(), dry_run: 'true' } });
      expect([plan.report.outcome, plan.exitCode]).toEqual([undefined, 0]);
      expect(JSON.stringify(plan.report.evidence.release)).toContain('A release would stop');
      const inputs = { ...watched(), preflight: 'warn', on_blind: 'hold' };
      const ran = await world.release('warned', world.good(), { inputs });
      expect(ran.report.outcome).toBe('held');
      await world.rollback('warned', 'before', { inputs: { force: 'true' } });
    });
  });
});

test('an account that cannot get an ID token is found before the build', async () => {
  const inputs = { ...watched(), invoker_service_account: '' };
  const env = { INPUT_SERVICE_ACCOUNT: '' };
  const ran = await stops('tokenless', { inputs: { ...inputs, service_account: '' }, env });
  expect(ran.report.findings[0]?.fix).toContain('invoker_service_account');
});

describe('what the preflight costs', () => {
  test('an update: two calls in a row, at most six that the release does not make anyway, and under 1.5 s', async () => {
    await ready('cost');
    const from = world.sandbox.world.requests.length;
    const ran = await world.release('cost', world.good(), { inputs: watched() });
    const { preflight } = ran.report.evidence;
    expect(preflight?.depth).toBeLessThanOrEqual(3);
    expect(preflight?.calls).toBeLessThanOrEqual(8);
    const seconds = ran.report.timings.find(({ stage }) => stage === 'Preflight')?.seconds ?? 99;
    // The clock of this test runs 20 times as fast as the sandbox.
    expect(seconds / 20).toBeLessThan(1.5);
    // The ID token is minted once, for preflight, smoke test and the call before the release.
    const minted = requestsSince(from).filter(({ path }) => path.includes(':generateIdToken'));
    expect(minted).toHaveLength(1);
    // Gate, state and preflight share one read of the function; the plan and the build make their own.
    const gate = requestsSince(from).findIndex(({ path }) => /services\/cost$/.test(path));
    const reads = requestsSince(from)
      .slice(0, gate)
      .filter(
        ({ api, method, path }) => api === 'cloudfunctions' && method === 'GET' && path.endsWith('/cost'),
      );
    expect(reads).toHaveLength(1);
  });
});

describe('a preflight whose own calls fail never stops a release', () => {
  const faults = [
    { status: 503 },
    { status: 403 },
    { status: 400 },
    { malformed: true },
    { reset: 'before' as const },
  ];
  test.each(faults.map((fault) => [JSON.stringify(fault), fault] as const))('%s', async (_, fault) => {
    const name = `fault-${faults.indexOf(fault)}`;
    await ready(name);
    const restore = world.onCalls(({ path, api }) =>
      /:testIamPermissions/.test(path) || api === 'serviceusage' ? fault : undefined,
    );
    const ran = await world.release(name, world.good(), { inputs: watched() }).finally(restore);
    expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
    expect(ran.report.findings.map(({ rule }) => rule)).toContain('preflight-unchecked');
  });

  test('the caller is refused by testIamPermissions, but its call gets through: the call counts', async () => {
    await ready('calls');
    const restore = world.onCalls(({ path }) =>
      /services\/calls:testIamPermissions/.test(path) ? { status: 200, body: {} } : undefined,
    );
    const ran = await world.release('calls', world.good(), { inputs: watched() }).finally(restore);
    expect(ran.report.outcome).toBe('promoted');
  });

  test('a Run service that takes only its own permissions', async () => {
    await ready('narrow');
    world.sandbox.world.quirks.serviceTestsAllPermissions = false;
    const ran = await world.release('narrow', world.good(), { inputs: watched() });
    world.sandbox.world.quirks.serviceTestsAllPermissions = true;
    expect(ran.report.outcome).toBe('promoted');
  });
});

test('a deploy stops with the same list before it uploads', async () => {
  const from = world.sandbox.world.requests.length;
  const ran = await world.deploy('sized', world.good(), { memory: '512', cpu: '3' });
  expect(ran.report.errors[0]?.code).toBe('preflight-failed');
  expect(ran.report.reason).toMatch(/2 things .*memory is 512.*cpu is 3/i);
  expect(writes(from)).toEqual([]);
});

describe('a rollback', () => {
  test('a dry run names what the rollback would lack, and changes nothing', async () => {
    await ready('back');
    await ready('back');
    const account = accountResource(
      world.sandbox.world,
      `${world.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`,
    );
    const { policies } = world.sandbox.world;
    const { bindings } = policies.get(account);
    policies.set(account, [], 'once');
    const dry = await world.rollback('back', 'before', { inputs: { dry_run: 'true', force: 'true' } });
    policies.set(account, bindings, 'once');
    const found = dry.report.findings.find(({ rule }) => rule === 'preflight-optional');
    expect(found?.commands?.join()).toContain('--role=roles/iam.serviceAccountUser');
    expect(dry.report.evidence.preflight?.rows.some(({ stage }) => stage === 'Build')).toBe(false);
  });

  test('outside of a dry run nothing is tried beforehand', async () => {
    const from = world.sandbox.world.requests.length;
    await world.rollback('back', 'before', { inputs: { force: 'true' } });
    expect(requestsSince(from).filter(({ path }) => path.includes(':testIamPermissions'))).toEqual([]);
  });
});

describe('without the preflight, Google refuses these sizes after the build', () => {
  test.each([
    ['memory for its CPU', { cpu: '1', memory: '8Gi' }],
    ['CPU for its memory', { cpu: '4', memory: '1Gi' }],
    ['instances', { min_instance_count: '3', max_instance_count: '2' }],
  ])('%s', async (_, size) => {
    const ran = await world.deploy('oversized', world.good(), { ...size, preflight: 'warn' } as never);
    expect(ran.report.errors[0]?.code).toBe('deploy-failed');
  });
});
