import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { grant } from '../../../sandbox/core/policies.ts';
import { accountResource } from '../../../sandbox/identity/state.ts';
import { smokeTest } from '../../../src/actions/smoke-test/smoke-test.ts';
import { buildBalancer } from '../../sandbox/support/balancer.ts';
import { Client } from '../../sandbox/support/client.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { frontAudience, frontGateway } from '../../support/front-gateway.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** The smoke test goes in as users do: through a gateway, a load balancer, or Identity-Aware Proxy. */

jest.setTimeout(300_000);
const clientId = '1234-web.apps.googleusercontent.com';
let time: FastTime;
let world: ReleaseWorld;
let client: Client;
const quick = { step_duration: '1s', duration: '1s', canary: 'none' };

beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
  client = new Client(world.sandbox);
  for (const name of ['plain', 'owniap', 'guarded']) {
    const ran = await world.release(name, world.good(), { inputs: { ...quick, smoke_suite: 'none' } });
    if (ran.report.outcome !== 'promoted') throw new Error(ran.report.reason);
  }
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const test1 = (name: string, more: Record<string, string>) =>
  world.run(smokeTest, {
    inputs: {
      ...world.inputsFor('smoke-test', name),
      propagation_timeout: '1s',
      suite: world.suite(),
      ...more,
    },
  });
const agent = () =>
  `serviceAccount:service-${world.sandbox.world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
const invoker = () => `serviceAccount:${world.sandbox.env.INVOKER_SERVICE_ACCOUNT}`;
const letIn = (name: string) => {
  const { policies, project, region } = world.sandbox.world;
  grant(
    policies,
    `//run.googleapis.com/projects/${project}/locations/${region}/services/${name}`,
    'roles/run.invoker',
    agent(),
  );
};
const access = (resource: string) =>
  grant(
    world.sandbox.world.policies,
    `//iap.googleapis.com/projects/${world.sandbox.project}/iap_web/${resource}`,
    'roles/iap.httpsResourceAccessor',
    invoker(),
  );

describe('a load balancer', () => {
  test('passes the token of the service on', async () => {
    const url = await buildBalancer(client, { service: 'plain' });
    const ran = await test1('plain', { front: 'balancer', front_url: url });
    expect([ran.report.reason, ran.report.verdict]).toEqual([expect.any(String), 'pass']);
    expect(ran.log.join('\n')).toContain(`through the load balancer at ${url}`);
  });

  test('gets no token if it is not one', async () => {
    const before = world.sandbox.world.requests.length;
    const ran = await test1('plain', { front: 'balancer', front_url: world.sandbox.control });
    expect(ran.report.errors[0]).toMatchObject({
      code: 'smoke-target',
      what: expect.stringContaining('got no token'),
    });
    const minted = world.sandbox.world.requests
      .slice(before)
      .filter(({ path }) => path.includes('generateIdToken'));
    expect(minted).toEqual([]);
  });
});

describe('Identity-Aware Proxy before a load balancer', () => {
  let url: string;
  beforeAll(async () => {
    url = await buildBalancer(client, {
      service: 'guarded',
      backend: { iap: { enabled: true, oauth2ClientId: clientId, oauth2ClientSecret: 's' } },
    });
    letIn('guarded');
  });

  test('is told if the account may not pass, and passed once it may', async () => {
    const inputs = { front: 'iap', front_url: url, front_audience: clientId };
    const refused = await test1('guarded', inputs);
    expect(refused.report.verdict).toBe('inconclusive');
    expect(refused.report.findings[0]?.why).toContain('the account may not pass');
    expect(refused.report.findings[0]?.fix).toContain('roles/iap.httpsResourceAccessor');
    access('compute/services/guarded-backend');
    const ran = await test1('guarded', inputs);
    expect([ran.report.reason, ran.report.verdict]).toEqual([expect.any(String), 'pass']);
  });

  test('is told before a token for the balancer goes there, and with a wrong audience', async () => {
    const unaware = await test1('guarded', { front: 'balancer', front_url: url });
    expect(unaware.report.errors[0]?.what).toContain('Identity-Aware Proxy stands before');
    const wrong = await test1('guarded', {
      front: 'iap',
      front_url: url,
      front_audience: 'https://other.example',
    });
    expect(wrong.report.verdict).toBe('inconclusive');
    expect(wrong.report.findings[0]?.why).toContain('is not the id of an OAuth client');
  });

  test('takes a JWT that the account signs for the address, where no client is named', async () => {
    const inputs = { front: 'iap', front_url: url };
    const denied = await test1('guarded', inputs);
    expect(denied.report.errors[0]?.what).toContain('it lacks iam.serviceAccounts.signJwt');
    const { sandbox } = world;
    const account = accountResource(sandbox.world, sandbox.env.INVOKER_SERVICE_ACCOUNT as string);
    const [able] = sandbox.world.policies
      .get(account)
      .bindings.filter(({ role }) => role === 'roles/iam.workloadIdentityUser');
    grant(sandbox.world.policies, account, 'roles/iam.serviceAccountTokenCreator', ...(able?.members ?? []));
    const ran = await test1('guarded', inputs);
    expect([ran.report.reason, ran.report.verdict]).toEqual([expect.any(String), 'pass']);
    const elsewhere = await test1('guarded', { ...inputs, front_audience: 'https://other.example/*' });
    expect(elsewhere.report.verdict).toBe('inconclusive');
    expect(elsewhere.report.findings[0]?.why).toContain('the address does not cover the one that was called');
  });

  test('that is switched off is told, since everybody reaches what should be behind it', async () => {
    const plain = await buildBalancer(client, { service: 'owniap' });
    const ran = await test1('owniap', { front: 'iap', front_url: plain, front_audience: clientId });
    expect(ran.report.errors[0]?.what).toContain('does not stand before');
  });
});

test('a service behind its own Identity-Aware Proxy is told with the repair, and released through it', async () => {
  const { sandbox } = world;
  await client.wait(
    'run',
    (await client.patchService('owniap', 'iapEnabled', { iapEnabled: true })).body.name,
  );
  letIn('owniap');
  access(`cloud_run-${sandbox.region}/services/owniap`);
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken;
  const settings = { accessSettings: { oauthSettings: { programmaticClients: [clientId] } } };
  const name = `/v1/projects/${sandbox.project}/iap_web/cloud_run-${sandbox.region}/services/owniap:iapSettings`;
  await client.api('iap', 'PATCH', name, settings, owner);

  const unaware = await test1('owniap', {});
  expect(unaware.report.verdict).toBe('inconclusive');
  expect(unaware.report.findings[0]?.fix).toMatch(/^Set front: iap, and front_audience/);
  const aware = { front: 'iap', front_audience: clientId };
  expect((await test1('owniap', aware)).report.verdict).toBe('pass');

  // The guard reads who may pass.
  const project = `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`;
  const deployer = `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`;
  grant(sandbox.world.policies, project, 'roles/iam.securityReviewer', deployer);
  const ran = await world.release('owniap', world.good(), {
    inputs: { ...quick, ...aware, smoke_suite: world.suite() },
  });
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect(ran.log.join('\n')).not.toContain('stopped the request');
  expect(ran.report.timings.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(['Smoke test', 'Front door']),
  );
});

describe('a release', () => {
  const release = (inputs: Record<string, string>) =>
    world.release('plain', world.good(), { inputs: { ...quick, smoke_suite: world.suite(), ...inputs } });
  const serving = async () => (await world.serving('plain'))[0]?.revision;
  const url = async () =>
    (await client.control('GET', '/state')).body.balancers['global/forwardingRules/plain-rule'] as string;

  test('ends before its first change if the door is none', async () => {
    const before = await serving();
    const ran = await release({ front: 'balancer', front_url: world.sandbox.control });
    expect([ran.exitCode, ran.report.errors[0]?.code]).toEqual([1, 'smoke-target']);
    expect([await serving(), ran.report.actions_taken]).toEqual([before, []]);
  });

  test('sends the suite through the door at 100 %, and goes back if a check fails there', async () => {
    const promoted = await release({ front: 'balancer', front_url: await url() });
    expect([promoted.report.reason, promoted.report.outcome]).toEqual([expect.any(String), 'promoted']);
    const before = await serving();
    const wrongly = { api: 'balancer', path: '/', nth: 2, times: 50, fault: { status: 500, body: 'broken' } };
    await client.control('POST', '/faults', wrongly);
    const ran = await release({ front: 'balancer', front_url: await url() });
    await client.control('DELETE', '/faults');
    expect([ran.report.outcome, ran.report.reason]).toEqual([
      'rolled_back',
      expect.stringContaining('through the front door'),
    ]);
    expect(await serving()).toBe(before);
  });
});

describe('an API gateway', () => {
  beforeAll(async () => {
    const inner = world.sandbox.world;
    await frontGateway(world.sandbox, 'plain', (await client.service('plain')).uri ?? '');
    const project = `//cloudresourcemanager.googleapis.com/projects/${inner.project}`;
    grant(
      inner.policies,
      project,
      'roles/apigateway.viewer',
      `serviceAccount:${world.sandbox.env.SERVICE_ACCOUNT}`,
    );
  });

  test.each(['esp', 'other'])(
    'is called at its own host with an audience of its document (%s codes)',
    async (codes) => {
      await client.control('PATCH', '/settings', { gatewayRefusals: codes });
      const inputs = { front: 'gateway', gateway: 'front', front_audience: frontAudience };
      const ran = await test1('plain', inputs);
      expect([ran.report.reason, ran.report.verdict]).toEqual([expect.any(String), 'pass']);
      const wrong = await test1('plain', { ...inputs, front_audience: 'https://wrong.example' });
      expect(wrong.report.verdict).toBe('inconclusive');
      expect(wrong.report.findings[0]?.why).toContain('It refuses the credential');
    },
  );
});

test.each([
  [{ front_audience: 'x' }, /expected front, which says what stands there/],
  [{ front: 'balancer' }, /address of the load balancer/],
  [{ front: 'balancer', front_url: 'http://ocr.example.com' }, /https:\/\/ocr.example.com/],
  [{ front: 'gateway', front_audience: 'x' }, /id of the gateway/],
  [{ front: 'gateway', gateway: 'g' }, /audience of the document/],
  [{ front: 'balancer', front_url: 'https://a.example', revision: 'plain-00001-abc' }, /only one of them/],
])('inputs that do not fit are refused at once: %j', async (more, message) => {
  const ran = await test1('plain', more as Record<string, string>);
  expect([ran.exitCode, ran.report.errors[0]?.code]).toEqual([1, 'input-invalid']);
  expect(JSON.stringify(ran.report.errors)).toMatch(message);
});
