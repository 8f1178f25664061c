import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { holdBuilds } from '../../sandbox/projects/hold-builds.ts';
import { answers, DeployWorld, reportOf, visible } from '../support/deploy-world.ts';

let world: DeployWorld;
let number = 0;
let name: string;

const files = (text: string) => ({
  'index.js': 'exports.ocr = () => {};',
  'package.json': '{}',
  'sandbox.json': answers(text),
});
const invoker = (member: string, role = 'roles/run.invoker') => ({ role, members: [member] });
const serviceOf = () => `${world.client.parent}/services/${name}`;
const policy = () => world.sandbox.world.policies.get(`//run.googleapis.com/${serviceOf()}`).bindings;

beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  name = `g${++number}`;
  await world.client.deploy(name, files('before'));
});
afterEach(() => world.clearFaults());

/** The status of a request without a token. */
const anonymous = async (url: string) => (await world.client.send(url)).status;

test('a public function is closed before the upload, by removing every public binding', async () => {
  world.setPolicy(
    [
      invoker('allUsers'),
      invoker('allAuthenticatedUsers'),
      { role: 'roles/run.admin', members: ['allUsers', 'user:a@example.com'] },
    ],
    name,
  );
  const { url } = await world.function(name);
  expect(await anonymous(url)).toBe(200);
  const sentBefore = world.requestCount;
  const run = await world.deploy({ name, source_dir: world.source(files('after')) });
  expect(run.code).toBe(0);
  expect(run.outputs.exposure).toBe('private');
  const order = world.requests(sentBefore);
  const closed = order.findIndex((line) => line.startsWith('POST run') && line.includes(':setIamPolicy'));
  const uploaded = order.findIndex((line) => line.includes('generateUploadUrl'));
  expect(closed).toBeGreaterThan(-1);
  expect(closed).toBeLessThan(uploaded);
  expect(JSON.stringify(policy())).not.toMatch(/allUsers|allAuthenticatedUsers/);
  expect(policy()).toContainEqual({ role: 'roles/run.admin', members: ['user:a@example.com'] });
  expect(await anonymous(url)).toBe(403);
  expect(reportOf(run).actions_taken.length).toBeGreaterThan(2);
});

test('on_exposed: fail stops before the upload and changes nothing', async () => {
  world.setPolicy([invoker('allUsers')], name);
  const before = await world.function(name);
  const sentBefore = world.requestCount;
  const run = await world.deploy({ name, source_dir: world.source(files('after')), on_exposed: 'fail' });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: 'fail', outcome: 'exposed', exposure: 'public' });
  expect(world.writes(sentBefore)).toEqual([]);
  expect(await world.function(name)).toEqual(before);
  expect(policy()).toEqual([invoker('allUsers')]);
});

test('if closing is denied, nothing is uploaded, and the error has the command that closes the function', async () => {
  world.setPolicy([invoker('allUsers')], name);
  await world.fault({
    api: 'run',
    method: 'POST',
    path: ':setIamPolicy',
    times: 20,
    fault: {
      status: 403,
      body: {
        error: {
          code: 403,
          status: 'PERMISSION_DENIED',
          message: "Permission 'run.services.setIamPolicy' denied on resource.",
        },
      },
    },
  });
  const before = await world.function(name);
  const run = await world.deploy({ name, source_dir: world.source(files('after')) });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'exposed', exposure: 'public' });
  expect(visible(run) + run.summary).toMatch(/remove-iam-policy-binding/);
  expect(await world.function(name)).toEqual(before);
});

test('a function with the invoker check off is public too, and the check is switched on again', async () => {
  const { etag } = await world.service(name);
  await world.client.patchService(name, 'invokerIamDisabled', { invokerIamDisabled: true, etag });
  const { url } = await world.function(name);
  expect(await anonymous(url)).toBe(200);
  const run = await world.deploy({ name, source_dir: world.source(files('after')) });
  expect(run.code).toBe(0);
  expect((await world.service(name)).invokerIamDisabled ?? false).toBe(false);
  expect(await anonymous(url)).toBe(403);
});

test('a function that is opened during the build is closed again before the new code gets traffic', async () => {
  const open = holdBuilds(world.sandbox.world);
  try {
    const first = (await world.function(name)).serviceConfig.revision;
    let opened = false;
    const run = await world.deploy(
      { name, source_dir: world.source(files('after')), on_exposed: 'fail' },
      {
        onOutput: (text) => {
          if (opened || !text.includes('Uploaded ')) return;
          opened = true;
          world.setPolicy([invoker('allUsers')], name);
          open();
        },
      },
    );
    expect(opened).toBe(true);
    expect(run.code).toBe(1);
    expect(run.outputs).toMatchObject({ outcome: 'exposed', exposure: 'public' });
    expect(run.outputs.reason).toContain('No traffic was moved');
    const serving = JSON.parse(run.outputs.traffic ?? '').filter(
      (entry: { percent: number }) => entry.percent > 0,
    );
    expect(serving).toEqual([{ revision: first, percent: 100 }]);
  } finally {
    open();
  }
});

test('on_exposed: internal creates a function behind internal ingress and opens it once it is proved private', async () => {
  const sentBefore = world.requestCount;
  const run = await world.deploy({
    name: `${name}-new`,
    runtime: 'nodejs24',
    source_dir: world.source(files('new')),
    on_exposed: 'internal',
  });
  expect(run.code).toBe(0);
  expect((await world.function(`${name}-new`)).serviceConfig.ingressSettings).toBe('ALLOW_ALL');
  const writes = world.writes(sentBefore).filter((line) => line.includes('cloudfunctions'));
  expect(writes.at(-1)).toContain('updateMask=serviceConfig.ingressSettings');
  expect(run.log).toContain('ALLOW_INTERNAL_ONLY');
});

test('a deployer who may not read folders gets `private` with a list of what was not read; with require_proof: complete that fails', async () => {
  const run = await world.deploy({
    name,
    source_dir: world.source(files('after')),
    require_proof: 'complete',
  });
  expect(run.code).toBe(1);
  expect(run.outputs.reason).toContain('Nothing was uploaded');
  expect(run.outputs.verdict).not.toBe('pass');
});
