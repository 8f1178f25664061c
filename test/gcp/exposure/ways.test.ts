import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { functionState } from '../../../sandbox/functions/model.ts';
import { runState } from '../../../sandbox/run/model.ts';
import type { GuardResult } from '../../../src/steps/guard/guard.ts';
import { forbiddenPage } from '../../support/exposure-facts.ts';
import { answering, type GuardWorld, guardWorld, resources } from '../../support/guard-world.ts';
import { defaultDriver } from '../../support/world-driver.ts';

/**
 * Every known way to be public, on the sandbox. An identity that can only read finds it. Then the deployer closes it, or is
 * refused with the exact command. W14 (Firebase source) and W15 (a prompt) leave no trace in an API.
 */
/** A function has a resource of its own, with a policy and URLs. A service of Cloud Run has neither. */
const isFunction = defaultDriver() === 'function';
const ofFunction = isFunction ? test : test.skip;
let w: GuardWorld;
let pool: string;

beforeAll(async () => {
  w = await guardWorld();
  await w.client.deploy('old', answering);
  pool = (w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string).replace(/\/providers\/.*/, '');
});
afterAll(() => w?.stop());
afterEach(async () => {
  w.reset();
  await w.client.control('PATCH', '/settings', { iamPropagationMs: 0, gateways: {} });
});

const service = () =>
  runState(w.sandbox.world).services.get(w.service) as NonNullable<
    ReturnType<ReturnType<typeof runState>['services']['get']>
  >;
const url = () => service().doors.get('service')?.url as string;
const anonymously = async () => (await w.client.send(url(), 'POST', {})).status;
const writes = () =>
  w.sandbox.world.requests.filter(
    ({ api, method, path }) => api !== 'control' && (method === 'PATCH' || /:setIamPolicy/.test(path)),
  );
const custom = (id: string, ...includedPermissions: string[]) => {
  const name = `projects/${w.sandbox.project}/roles/${id}`;
  w.sandbox.world.roles.define({ name, title: id, stage: 'GA', etag: 'AA==', includedPermissions });
  return name;
};

interface Way {
  id: string;
  what: string;
  build(): void | Promise<void>;
  rule: string;
  /** Status of the answer to an anonymous POST while the function is open. */
  open: number;
  /** `repaired` by enforce, or refused with this command. */
  end: 'repaired' | RegExp;
}

const invoker = 'roles/run.invoker';
const bindService = (...members: string[]) => w.set(w.policy, { role: invoker, members });

const ways: Way[] = [
  {
    id: 'W1',
    what: 'allUsers',
    build: () => bindService('allUsers', 'user:kept@example.com'),
    rule: 'public-binding',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W1',
    what: 'several bindings of one role, one of them conditional for another member',
    build: () =>
      w.set(
        w.policy,
        {
          role: invoker,
          members: ['user:kept@example.com'],
          condition: { title: 'office', expression: 'request.time.getHours("UTC") < 24' },
        },
        { role: invoker, members: ['allUsers'] },
        { role: 'roles/run.servicesInvoker', members: ['allUsers', 'allAuthenticatedUsers'] },
      ),
    rule: 'public-binding',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W3',
    what: 'allAuthenticatedUsers',
    build: () => bindService('allAuthenticatedUsers'),
    rule: 'public-binding',
    open: 403,
    end: 'repaired',
  },
  {
    id: 'W4',
    what: 'run.admin',
    build: () => w.set(w.policy, { role: 'roles/run.admin', members: ['allUsers'] }),
    rule: 'public-binding',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W4',
    what: 'run.developer',
    build: () => w.set(w.policy, { role: 'roles/run.developer', members: ['allUsers'] }),
    rule: 'public-binding',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W4',
    what: 'a basic role',
    build: () => w.set(w.policy, { role: 'roles/editor', members: ['allAuthenticatedUsers'] }),
    rule: 'public-binding',
    open: 403,
    end: 'repaired',
  },
  {
    id: 'W4',
    what: 'a custom role',
    build: () => w.set(w.policy, { role: custom('callsIt', 'run.routes.invoke'), members: ['allUsers'] }),
    rule: 'public-binding',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W4',
    what: 'a custom role that can open it',
    build: () =>
      w.set(w.policy, { role: custom('opensIt', 'run.services.setIamPolicy'), members: ['allUsers'] }),
    rule: 'public-binding',
    open: 403,
    end: 'repaired',
  },
  {
    id: 'W5',
    what: 'invokerIamDisabled',
    build: () => void Object.assign(service(), { invokerIamDisabled: true }),
    rule: 'invoker-check-disabled',
    open: 200,
    end: 'repaired',
  },
  {
    id: 'W6',
    what: 'the project',
    build: () => inherit('project'),
    rule: 'inherited-public-binding',
    open: 200,
    end: /gcloud projects remove-iam-policy-binding sandbox-project --member=allUsers --role=roles\/run\.invoker/,
  },
  {
    id: 'W6',
    what: 'the folder',
    build: () => inherit('folder'),
    rule: 'inherited-public-binding',
    open: 200,
    end: /gcloud resource-manager folders remove-iam-policy-binding 345678901234 /,
  },
  {
    id: 'W6',
    what: 'the organisation',
    build: () => inherit('organization'),
    rule: 'inherited-public-binding',
    open: 200,
    end: /gcloud organizations remove-iam-policy-binding 567890123456 /,
  },
  {
    id: 'W7',
    what: 'a whole pool whose provider accepts all of GitHub',
    build: async () => {
      await provider({
        attributeCondition: null,
        oidc: { issuerUri: 'https://token.actions.githubusercontent.com' },
      });
      bindService(`principalSet://iam.googleapis.com/${pool}/*`);
    },
    rule: 'quasi-public-pool',
    open: 403,
    end: 'repaired',
  },
  {
    id: 'W8',
    what: 'an API Gateway that needs no key or token',
    build: async () => {
      const document = `swagger: "2.0"\npaths:\n  /ocr:\n    post:\n      x-google-backend: {address: "${url()}"}\n      responses: {}\n`;
      await w.client.control('PATCH', '/settings', {
        gateways: { front: { host: 'front-1.uc.gateway.dev', document } },
      });
    },
    rule: 'open-gateway',
    open: 403,
    end: /trusted_principals/,
  },
  {
    id: 'W9',
    what: 'Identity-Aware Proxy that lets everyone in',
    build: () => {
      service().iapEnabled = true;
      const agent = `serviceAccount:service-${w.sandbox.world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
      bindService(agent);
      w.set(
        `//iap.googleapis.com/projects/${w.sandbox.project}/iap_web/cloud_run-${w.sandbox.region}/services/ocr`,
        { role: 'roles/iap.httpsResourceAccessor', members: ['allUsers'] },
      );
    },
    rule: 'iap-public',
    open: 200,
    end: /gcloud beta iap web remove-iam-policy-binding .*--service=ocr/,
  },
  {
    id: 'W10',
    what: 'internal ingress and allUsers, which is open to the VPC',
    build: () => {
      service().ingress = 'INGRESS_TRAFFIC_INTERNAL_ONLY';
      bindService('allUsers');
    },
    rule: 'public-binding',
    open: 404,
    end: 'repaired',
  },
  {
    id: 'W11',
    what: 'an answer although all policies are clean',
    build: async () => {
      w.set(w.policy, { role: invoker, members: ['allUsers'] });
      await w.client.control('PATCH', '/settings', { iamPropagationMs: 1500 });
      w.sandbox.world.policies.set(w.policy, []);
    },
    rule: 'anonymous-answer',
    open: 200,
    end: 'repaired',
  },
];

function inherit(level: 'project' | 'folder' | 'organization'): void {
  const resource = resources(w.sandbox)[level];
  w.set(resource, ...w.sandbox.world.policies.get(resource).bindings, {
    role: invoker,
    members: ['allUsers'],
  });
}

async function provider(change: Record<string, unknown>): Promise<void> {
  await w.client.control('PATCH', '/settings', {
    providers: { [w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string]: change },
  });
}

const reader = () => w.sandbox.env.READER_SERVICE_ACCOUNT as string;

/**
 * Roles beyond the seeded ones. The reader may also read gateways and buckets. The enforcer is a deployer that may also
 * read above the project.
 */
function openEyes(): void {
  const { project, organization } = resources(w.sandbox);
  const role = custom(
    'guardReader',
    'apigateway.gateways.list',
    'apigateway.apiconfigs.get',
    'storage.buckets.getIamPolicy',
  );
  const deployer = `serviceAccount:${w.sandbox.env.SERVICE_ACCOUNT}`;
  const { world } = w.sandbox;
  w.set(project, ...world.policies.get(project).bindings, {
    role,
    members: [`serviceAccount:${reader()}`, deployer],
  });
  const above = world.policies.get(organization).bindings;
  w.set(organization, ...above.map((binding) => ({ ...binding, members: [...binding.members, deployer] })));
}

function expectPublic(result: GuardResult, way: Way): void {
  expect(result).toMatchObject({ exposure: 'public', verdict: 'fail', outcome: 'exposed' });
  const found = result.findings.find(({ rule }) => rule === way.rule);
  expect(found).toMatchObject({ severity: 'critical' });
  expect(found?.fix).toBeTruthy();
  expect(result.attackPath?.length).toBeGreaterThan(0);
  for (const { call } of result.attackPath ?? []) expect(call).toMatch(/^(GET|POST|OPTIONS) /);
}

describe('fifteen ways to be public', () => {
  test.each(ways)('$id: $what', async (way) => {
    openEyes();
    await way.build();
    expect(await anonymously()).toBe(way.open);

    expectPublic(await w.guard({ scope: 'full' }, reader()), way);
    expect(writes()).toEqual([]);

    if (way.id === 'W11') await way.build();
    const after = await w.guard({ mode: 'enforce', scope: 'full' });
    if (way.end === 'repaired') {
      expect(after).toMatchObject({ exposure: 'private', verdict: 'pass' });
      expect(await anonymously()).toBe(way.open === 404 ? 404 : 403);
      const { bindings } = w.sandbox.world.policies.get(w.policy);
      const invited = JSON.stringify(bindings);
      expect(invited).not.toMatch(/allUsers|allAuthenticatedUsers/);
      if (way.id === 'W1') expect(invited).toContain('user:kept@example.com');
      if (way.what.includes('conditional')) expect(bindings[0]?.condition?.title).toBe('office');
    } else {
      expectPublic(after, way);
      expect(after.repaired).toEqual([]);
      expect(after.findings.flatMap(({ fix, commands = [] }) => [fix, ...commands]).join('\n')).toMatch(
        way.end,
      );
      expect(writes()).toEqual([]);
    }
  });

  describe('W2: a 1st gen function', () => {
    let server: Server;
    const name = () => `projects/${w.sandbox.project}/locations/${w.sandbox.region}/functions/first`;
    const policy = () => `//cloudfunctions.googleapis.com/${name()}`;

    beforeAll(async () => {
      server = createServer((_request, response) => {
        const open = w.sandbox.world.policies
          .effective(policy())
          .bindings.some(({ members }) => members.includes('allUsers'));
        response
          .writeHead(open ? 200 : 403, { 'content-type': 'text/html', server: 'Google Frontend' })
          .end(open ? 'hello' : forbiddenPage);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      functionState(w.sandbox.world).gen1.set(name(), {
        name: name(),
        httpsTrigger: { url: at, securityLevel: 'SECURE_OPTIONAL' },
        status: 'ACTIVE',
        runtime: 'nodejs22',
      });
    });
    afterAll(() => void server.close());

    test('is found, then repaired with the permission and refused without it', async () => {
      w.set(policy(), {
        role: 'roles/cloudfunctions.invoker',
        members: ['allUsers', 'user:kept@example.com'],
      });
      const request = { name: 'first', mode: 'enforce', scope: 'full' } as const;
      const refused = await w.guard(request);
      expect(refused).toMatchObject({ exposure: 'public', outcome: 'exposed' });
      expect(refused.findings[0]).toMatchObject({ rule: 'close-denied' });
      expect(refused.findings[0]?.commands?.[0]).toContain(
        'gcloud functions remove-iam-policy-binding first',
      );

      const { project } = resources(w.sandbox);
      const admin = {
        role: 'roles/cloudfunctions.admin',
        members: [`serviceAccount:${w.sandbox.env.SERVICE_ACCOUNT}`],
      };
      w.set(project, ...w.sandbox.world.policies.get(project).bindings, admin);
      const repaired = await w.guard(request);
      expect(repaired).toMatchObject({ exposure: 'private', verdict: 'pass' });
      expect(repaired.findings.map(({ rule }) => rule)).toContain('insecure-http');
      expect(w.sandbox.world.policies.get(policy()).bindings).toEqual([
        { role: 'roles/cloudfunctions.invoker', members: ['user:kept@example.com'] },
      ]);
    });
  });

  test('W6 as a deployer who cannot read folders: the answer shows the exposure, and the fix names the command to look', async () => {
    inherit('folder');
    const result = await w.guard({ mode: 'enforce', propagationSeconds: 1 });
    expect(result).toMatchObject({ exposure: 'public', outcome: 'exposed', repaired: [] });
    expect(result.findings[0]).toMatchObject({ rule: 'anonymous-answer' });
    expect(result.findings[0]?.commands).toContain(
      'gcloud resource-manager folders get-iam-policy 345678901234',
    );
    expect(result.evidence.role?.permissions).toContain('resourcemanager.folders.getIamPolicy');
    expect(writes()).toEqual([]);
  });

  ofFunction('W2: the same binding on a 2nd gen function has no effect, and a finding says so', async () => {
    w.set(
      `//cloudfunctions.googleapis.com/projects/${w.sandbox.project}/locations/${w.sandbox.region}/functions/ocr`,
      { role: 'roles/cloudfunctions.invoker', members: ['allUsers'] },
    );
    expect(await anonymously()).toBe(403);
    const result = await w.guard({ scope: 'full' }, reader());
    expect(result).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(result.findings.map(({ rule }) => rule)).toContain('ineffective-function-binding');
  });

  test('W11: every URL gets requests with three methods, even the URLs of tags', async () => {
    const current = await w.client.api('run', 'GET', `/v2/${w.service}`);
    const traffic = [
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', tag: 'forgotten' },
    ];
    const patched = await w.client.api('run', 'PATCH', `/v2/${w.service}?updateMask=traffic`, {
      traffic,
      etag: current.body.etag,
    });
    expect(patched.status).toBe(200);
    await w.client.wait('run', patched.body.name);
    const result = await w.guard();
    const asked = new Set(result.probes.map((probe) => `${probe.method} ${probe.url}`));
    const doors = [...service().doors.values()].map((door) => door.url);
    expect(doors).toHaveLength(isFunction ? 4 : 3);
    for (const door of doors)
      for (const method of ['GET', 'POST', 'OPTIONS']) expect(asked).toContain(`${method} ${door}`);
    expect(result).toMatchObject({ exposure: 'private' });
  });

  test('W12: a function that answers over plain http is reported', async () => {
    const described = functionState(w.sandbox.world).functions.get(
      `projects/${w.sandbox.project}/locations/${w.sandbox.region}/functions/old`,
    );
    if (!described) throw new Error('no function');
    described.config.serviceConfig = {
      ...(described.config.serviceConfig as object),
      securityLevel: 'SECURE_OPTIONAL',
    };
    const result = await w.guard({ name: 'old' });
    expect(result).toMatchObject({ exposure: 'private' });
    expect(result.findings).toContainEqual(
      expect.objectContaining({ rule: 'insecure-http', severity: 'medium' }),
    );
  });

  test('if an organisation policy is enforced there is no advice', async () => {
    const rules = [{ enforce: true }];
    const orgPolicies = {
      'run.managed.requireInvokerIam': { rules },
      'iam.managed.allowedPolicyMembers': { rules },
    };
    await w.client.control('PATCH', '/settings', { orgPolicies });
    const guarded = await w.guard({ scope: 'full' }, reader());
    await w.client.control('PATCH', '/settings', {
      orgPolicies: { 'run.managed.requireInvokerIam': null, 'iam.managed.allowedPolicyMembers': null },
    });
    const open = await w.guard({ scope: 'full' }, reader());
    expect(guarded.findings.map(({ rule }) => rule)).not.toContain('no-preventive-policy');
    expect(open.findings.filter(({ rule }) => rule === 'no-preventive-policy')).toHaveLength(2);
  });

  // An image that others have built has no source that Google knows.
  const ofSource = defaultDriver() === 'run-image' ? test.skip : test;
  ofSource('W13: a public source fails the guard, although the public cannot call the function', async () => {
    const bucket = `//storage.googleapis.com/projects/${w.sandbox.project}/buckets/gcf-v2-sources-${w.sandbox.world.projectNumber}-${w.sandbox.region}`;
    w.set(bucket, { role: 'roles/storage.objectViewer', members: ['allUsers'] });
    openEyes();
    const result = await w.guard({ scope: 'full', mode: 'enforce' }, reader());
    expect(result).toMatchObject({
      exposure: 'private',
      verdict: 'fail',
    });
    expect(result.findings[0]?.rule).toBe('source-readable');
    expect(result.findings[0]?.commands?.[0]).toContain(
      'gcloud storage buckets remove-iam-policy-binding gs://gcf-v2-sources-',
    );
  });
});
