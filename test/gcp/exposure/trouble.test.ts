import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../sandbox/core/types.ts';
import { runState } from '../../../sandbox/run/model.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { guard, guardDefaults } from '../../../src/steps/guard/guard.ts';
import { answering, type GuardWorld, guardWorld, resources } from '../../support/guard-world.ts';

/** Tests the guard with other writers, a slow IAM, failing servers and a cancelled run. */
let w: GuardWorld;

beforeAll(async () => {
  w = await guardWorld();
}, 300_000);
afterAll(() => w?.stop());
afterEach(async () => {
  w.reset();
  await w.client.control('PATCH', '/settings', { iamPropagationMs: 0 });
});

const everyone = { role: 'roles/run.invoker', members: ['allUsers'] };
const calls = () => w.sandbox.world.requests.filter(({ api }) => api !== 'control');
const fault = (of: Fault) => w.sandbox.world.faults.add(of);
/** Every write of the policy is refused. */
const refuseWrites = (code: number, status: string, message: string) =>
  fault({
    api: 'run',
    path: ':setIamPolicy',
    times: 50,
    fault: { status: code, body: { error: { code, status, message } } },
  });
const reader = () => w.sandbox.env.READER_SERVICE_ACCOUNT as string;

describe('closing', () => {
  test('if another writer changes the policy in between, the guard repeats its edit and keeps their change', async () => {
    w.set(w.policy, everyone);
    const ports = w.ports();
    let meddled = 0;
    const { setPolicy } = ports.exposure;
    ports.exposure.setPolicy = async (...args) => {
      if (meddled++ < 2)
        w.set(w.policy, everyone, {
          role: 'roles/run.viewer',
          members: [`user:colleague${meddled}@example.com`],
        });
      return setPolicy(...args);
    };
    const result = await guard(ports, {
      ...guardDefaults,
      project: w.sandbox.project,
      region: w.sandbox.region,
      name: 'ocr',
      mode: 'enforce',
      spacingMs: 20,
    });
    expect(result).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(meddled).toBe(3);
    expect(w.sandbox.world.policies.get(w.policy).bindings).toEqual([
      { role: 'roles/run.viewer', members: ['user:colleague2@example.com'] },
    ]);
  });

  test('the guard gives up on a writer who is faster every time, and says so', async () => {
    w.set(w.policy, everyone);
    refuseWrites(409, 'ABORTED', 'concurrent');
    const result = await w.guard({ mode: 'enforce' });
    expect(result).toMatchObject({ exposure: 'public', outcome: 'exposed', repaired: [] });
    expect(result.findings[0]).toMatchObject({
      rule: 'close-denied',
      why: expect.stringContaining('Another writer changed'),
    });
  });

  test('a refused removal of a binding with a condition prints the command that removes it', async () => {
    const condition = { title: 'always', expression: 'true' };
    w.set(w.policy, { ...everyone, condition });
    refuseWrites(403, 'PERMISSION_DENIED', 'no');
    const result = await w.guard({ mode: 'enforce' });
    expect(result.findings.find(({ rule }) => rule === 'close-denied')?.commands).toEqual([
      expect.stringMatching(/remove-iam-policy-binding .* --all$/),
    ]);
  });

  test('a write whose answer is lost has its effect once', async () => {
    w.set(w.policy, everyone, { role: 'roles/run.viewer', members: ['user:a@b.c'] });
    fault({ api: 'run', path: ':setIamPolicy', fault: { reset: 'after' } });
    expect(await w.guard({ mode: 'enforce' })).toMatchObject({ exposure: 'private' });
    expect(w.sandbox.world.policies.get(w.policy).bindings).toEqual([
      { role: 'roles/run.viewer', members: ['user:a@b.c'] },
    ]);
  });

  test('the guard waits for a slow IAM, within the limit that it announced', async () => {
    await w.client.control('PATCH', '/settings', { iamPropagationMs: 3000 });
    w.set(w.policy, everyone);
    const result = await w.guard({ mode: 'enforce', propagationSeconds: 20 });
    expect(result).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(result.evidence.waitedSeconds).toBeGreaterThanOrEqual(1);
    expect(w.lines.join('\n')).toContain('Waiting at most 20 s');
  });

  test('if IAM does not act within the limit the function is exposed, although its policy is clean', async () => {
    await w.client.control('PATCH', '/settings', { iamPropagationMs: 60_000 });
    w.set(w.policy, everyone);
    const result = await w.guard({ mode: 'enforce', propagationSeconds: 1 });
    expect(result).toMatchObject({
      exposure: 'public',
      outcome: 'exposed',
    });
    expect(result.repaired).toHaveLength(1);
    expect(result.findings[0]?.rule).toBe('anonymous-answer');
    expect(result.reason).toContain('IAM had not acted on it');
    expect(result.findings[0]?.fix).toContain('IAM needs up to 7 minutes');
  });

  test('if one change is denied the other is still made', async () => {
    w.set(w.policy, everyone);
    Object.assign(runState(w.sandbox.world).services.get(w.service) ?? {}, { invokerIamDisabled: true });
    fault({
      api: 'run',
      method: 'PATCH',
      times: 50,
      fault: {
        status: 403,
        body: {
          error: {
            code: 403,
            status: 'PERMISSION_DENIED',
            message: "Permission 'run.services.setIamPolicy' denied",
          },
        },
      },
    });
    const result = await w.guard({ mode: 'enforce' });
    expect(result).toMatchObject({ exposure: 'public', outcome: 'exposed' });
    expect(result.repaired).toEqual([expect.stringContaining('Removed allUsers')]);
    expect(result.findings[0]?.commands?.[0]).toBe(
      `gcloud run services update ocr --project=${w.sandbox.project} --region=${w.sandbox.region} --invoker-iam-check`,
    );
    expect(JSON.stringify(w.sandbox.world.policies.get(w.policy).bindings)).not.toContain('allUsers');
  });
});

describe('reading', () => {
  test('a full look takes at most 30 calls, and all of them are reads', async () => {
    const { project } = resources(w.sandbox);
    const more = [...Array(60)].map((_, i) => ({
      role: `projects/${w.sandbox.project}/roles/r${i}`,
      members: [`group:g${i}@example.com`],
    }));
    const bindings = w.sandbox.world.policies.get(project).bindings;
    await w.guard({ scope: 'full' }, reader());
    const usual = calls().length;
    expect(usual).toBeLessThanOrEqual(30);
    w.set(project, ...bindings, ...more);
    w.sandbox.world.requests.length = 0;
    await w.guard({ scope: 'full' }, reader());
    // The project has 60 groups with a role each. Roles are read up to a limit, and the others are gaps in the proof.
    expect(calls().length).toBeLessThanOrEqual(usual + 20);
    expect(
      calls().every(
        ({ method, path }) =>
          method === 'GET' || /:(getIamPolicy|getAncestry)$/.test(path.split('?')[0] ?? ''),
      ),
    ).toBe(true);
  });

  test('the part that decides about calls takes at most fourteen calls', async () => {
    await w.guard();
    // Seven for the function itself. Seven for the accounts that can call: their four roles and three policies.
    expect(calls().length).toBeLessThanOrEqual(14);
  });

  test('a transient failure is tried again and changes nothing', async () => {
    fault({ api: 'run', path: ':getIamPolicy', fault: { status: 503 } });
    fault({ api: 'cloudfunctions', fault: { reset: 'before' } });
    expect(await w.guard()).toMatchObject({ exposure: 'private', verdict: 'pass' });
  });

  const answers: [string, Fault['fault']][] = [
    ['503 every time', { status: 503, forMs: 60_000 }],
    ['no JSON', { malformed: true }],
    ['403', { status: 403 }],
  ];
  test.each(answers)(
    'the policy of the service answers %s: unknown, never private',
    async (_what, of) => {
      fault({ api: 'run', path: ':getIamPolicy', times: 100, fault: of });
      // The clock does not really wait, so the deadline of the read passes at once.
      let skipped = 0;
      const sleep = async (ms: number) => {
        skipped += ms;
      };
      const ports = w.ports(undefined, {
        now: () => Date.now() + skipped,
        steady: () => Date.now() + skipped,
        sleep,
      });
      const result = await guard(ports, {
        ...guardDefaults,
        project: w.sandbox.project,
        region: w.sandbox.region,
        name: 'ocr',
        mode: 'enforce',
      });
      expect(result).toMatchObject({ exposure: 'unknown', verdict: 'inconclusive', repaired: [] });
    },
    300_000,
  );

  test('a hostile policy is a finding', async () => {
    fault({
      api: 'run',
      path: ':getIamPolicy',
      times: 100,
      fault: {
        status: 200,
        body: { bindings: [{ role: 7, members: { evil: true } }, null, 'x'], etag: 5, version: 'three' },
      },
    });
    const result = await w.guard();
    expect(result).toMatchObject({ exposure: 'unknown' });
    expect(result.findings[0]?.rule).toBe('policy-unreadable');
  });

  const bodies = [
    'null',
    '[]',
    '"text"',
    '7',
    '{"serviceConfig":[],"spec":7,"ancestor":{},"includedPermissions":{"a":1},"bindings":null}',
  ];
  test.each(bodies)('every read answers %s: never an exception, never private', async (body) => {
    for (const api of [
      'cloudfunctions',
      'run',
      'iam',
      'cloudresourcemanager',
      'orgpolicy',
      'apigateway',
      'storage',
    ])
      fault({
        api,
        times: 100,
        fault: { status: 200, body, headers: { 'content-type': 'application/json' } },
      });
    const result = await w.guard({ scope: 'full' }, reader());
    expect(result).toMatchObject({ exposure: 'unknown', verdict: 'inconclusive' });
  });

  test.each(['cloudfunctions', 'run', 'cloudresourcemanager'])(
    '%s alone answers null: never private',
    async (api) => {
      fault({
        api,
        times: 100,
        fault: { status: 200, body: 'null', headers: { 'content-type': 'application/json' } },
      });
      expect((await w.guard({ scope: 'full' }, reader())).exposure).toBe('unknown');
    },
  );

  test('an API that is off is not an error', async () => {
    await w.client.control('PATCH', '/settings', { services: { 'orgpolicy.googleapis.com': 'DISABLED' } });
    const result = await w.guard({ scope: 'full' }, reader());
    await w.client.control('PATCH', '/settings', { services: { 'orgpolicy.googleapis.com': 'ENABLED' } });
    expect(result).toMatchObject({ exposure: 'private', proof: 'complete' });
    expect(
      result.evidence.reads.filter(({ result: found }) => found === 'API not enabled').length,
    ).toBeGreaterThanOrEqual(5);
  });

  test('a finding names the deny policy that stops the public, and its exceptions', async () => {
    const { project } = resources(w.sandbox);
    w.set(w.policy, everyone);
    const name = `policies/${encodeURIComponent(project.slice(2))}/denypolicies/no-public`;
    const denyRule = {
      deniedPrincipals: ['principalSet://goog/public:all'],
      deniedPermissions: ['run.googleapis.com/routes.invoke'],
      exceptionPrincipals: ['principal://x'],
    };
    w.sandbox.world.denyPolicies.set(project, [{ name, etag: 'e', rules: [{ denyRule }] }]);
    const role = `projects/${w.sandbox.project}/roles/denyReader`;
    w.sandbox.world.roles.define({
      name: role,
      title: 'r',
      stage: 'GA',
      etag: 'AA==',
      includedPermissions: ['iam.denypolicies.list', 'iam.denypolicies.get'],
    });
    w.set(project, ...w.sandbox.world.policies.get(project).bindings, {
      role,
      members: [`serviceAccount:${reader()}`],
    });
    const result = await w.guard({ scope: 'full' }, reader());
    expect(result.exposure).toBe('public');
    expect(result.probes.every((probe) => probe.class === 'refused')).toBe(true);
    expect(result.findings).toContainEqual(
      expect.objectContaining({ rule: 'deny-policy', title: expect.stringContaining('with exceptions') }),
    );
  });

  test('a function whose first build failed has no service, so it is private and does not block the next deploy', async () => {
    const ended = await w.client.deploy('broken', {
      'sandbox.json': JSON.stringify({ buildFails: 'no', responses: [] }),
    });
    expect(ended.error).toBeDefined();
    const result = await w.guard({ name: 'broken' });
    expect(result).toMatchObject({ exposure: 'private', verdict: 'pass', exists: false });
  });

  test('a service that the API does not know is public if its URL answers', async () => {
    const gone: Fault = {
      api: 'run',
      method: 'GET',
      path: '/services/ocr',
      times: 100,
      fault: { status: 404 },
    };
    fault(gone);
    expect(await w.guard()).toMatchObject({ exposure: 'private', exists: false });
    w.set(w.policy, everyone);
    fault(gone);
    const result = await w.guard();
    expect(result).toMatchObject({ exposure: 'public', outcome: 'exposed' });
    expect(result.findings[0]?.rule).toBe('anonymous-answer');
  });

  test('a failed login throws and does not count as unknown', async () => {
    const ports = w.ports('nobody@sandbox-project.iam.gserviceaccount.com');
    const failing = {
      ...ports,
      exposure: {
        ...ports.exposure,
        describe: async () => {
          throw new ReleaseError('cancelled', { what: 'stop' });
        },
      },
    };
    await expect(
      guard(failing, {
        ...guardDefaults,
        project: w.sandbox.project,
        region: w.sandbox.region,
        name: 'ocr',
        mode: 'verify',
      }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('an identity that may read nothing gets unknown, with every permission that it lacks', async () => {
    const result = await w.guard({ scope: 'full' }, 'nobody@sandbox-project.iam.gserviceaccount.com');
    expect(result).toMatchObject({ exposure: 'unknown', verdict: 'inconclusive', proof: 'partial' });
    expect(result.evidence.role?.permissions).toEqual(
      expect.arrayContaining([
        'cloudfunctions.functions.get',
        'resourcemanager.projects.get',
        'resourcemanager.projects.getIamPolicy',
      ]),
    );
  });
});

describe('cancelling', () => {
  test('ends the wait at once', async () => {
    await w.client.control('PATCH', '/settings', { iamPropagationMs: 60_000 });
    w.set(w.policy, everyone);
    const abort = new AbortController();
    const ports = w.ports();
    const reason = new ReleaseError('cancelled', { what: 'The run was cancelled.' });
    ports.clock = {
      now: () => Date.now(),
      steady: () => Date.now(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const timer = setTimeout(resolve, ms);
          signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
          });
          abort.abort(reason);
        }),
    };
    const running = guard(ports, {
      ...guardDefaults,
      project: w.sandbox.project,
      region: w.sandbox.region,
      name: 'ocr',
      mode: 'enforce',
      signal: abort.signal,
    });
    await expect(running).rejects.toBe(reason);
  });
});

test('a second function in the same project is judged by itself', async () => {
  await w.client.deploy('other', answering);
  w.set(`//run.googleapis.com/${w.service.replace(/ocr$/, 'other')}`, everyone);
  expect(await w.guard()).toMatchObject({ exposure: 'private' });
  expect(await w.guard({ name: 'other' })).toMatchObject({ exposure: 'public' });
});
