import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { projectResource } from '../../../sandbox/core/iam.ts';
import { grant } from '../../../sandbox/core/policies.ts';
import { bucketResource } from '../../../sandbox/storage/render.ts';
import { addBucket, store } from '../../../sandbox/storage/state.ts';
import { registerModel } from '../../../sandbox/vertex/models/index.ts';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { pasteGrant } from '../../support/paste-grant.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** What a release needs only because an input names it: a model, the gateway in front, a secret. */
jest.setTimeout(300_000);
const name = 'named';
const short = { canary: 'none', duration: '1s', step_duration: '1s', slo: 'none', smoke_suite: 'none' };
const vertex = { model: 'vertex://ocr@candidate' };
const ofVertex = permissionChecks
  .filter(({ stage, on }) => stage === 'Model' && on === 'project')
  .map(({ permission }) => permission as string);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock, 'run-image');
  const inner = world.sandbox.world;
  inner.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(inner, 'models');
  store(inner, 'models', 'ocr/model.onnx', Buffer.from('model'));
  const model = `projects/${inner.project}/locations/${world.sandbox.region}/models/ocr`;
  registerModel(inner, model, { artifactUri: 'gs://models/ocr' }).versionAliases.push('candidate');
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const own = () => `serviceAccount:${world.sandbox.env.SERVICE_ACCOUNT}`;

/** Runs something while the deployer holds these permissions on top of its own, and no role of its project that has the lost one. */
async function holding<T>(permissions: readonly string[], what: () => Promise<T>, lost = '') {
  const inner = world.sandbox.world;
  const resource = projectResource(inner);
  const { bindings } = inner.policies.get(resource);
  const role = `projects/${inner.project}/roles/named`;
  inner.roles.define({
    ...{ name: role, title: 'test', stage: 'GA', etag: 'AA==' },
    includedPermissions: [...permissions],
  });
  inner.policies.set(
    resource,
    bindings.filter(({ role: held }) => !inner.roles.permissionsOf(held).has(lost)),
    'once',
  );
  if (permissions.length > 0) grant(inner.policies, resource, role, own());
  try {
    return await what();
  } finally {
    inner.policies.set(resource, bindings, 'once');
  }
}

const release = (inputs: Record<string, string>) =>
  world.release(name, world.good(), { inputs: { ...short, ...inputs } });
type Ended = Awaited<ReturnType<typeof release>>;
const missingIn = ({ report }: Ended) =>
  (report.evidence.preflight?.rows ?? [])
    .filter(({ state }) => state === 'missing')
    .flatMap(({ need }) =>
      need.kind === 'permission' ? [need.permission] : need.kind === 'api' ? [need.service] : [need.kind],
    );
const commandsOf = ({ report }: Ended) => report.findings.flatMap(({ commands = [] }) => commands);
const writes = (from: number) =>
  world.sandbox.world.requests
    .slice(from)
    .filter(({ api, method }) => api === 'run' && /^(PATCH|DELETE|PUT)$/.test(method));

/** It stops before its first change. */
async function blocked(inputs: Record<string, string>): Promise<Ended> {
  const from = world.sandbox.world.requests.length;
  const ran = await release(inputs);
  expect([ran.report.outcome, ran.exitCode, ran.report.timings.map(({ stage }) => stage)]).toEqual([
    'blocked',
    1,
    ['Preflight'],
  ]);
  expect(writes(from)).toEqual([]);
  return ran;
}

test('a model of Vertex AI: one list of all that is missing, and the printed commands repair it', async () => {
  expect((await release({})).report.outcome).toBe('promoted');
  const ran = await blocked(vertex);
  expect(missingIn(ran)).toEqual(ofVertex);
  const resource = projectResource(world.sandbox.world);
  const { bindings } = world.sandbox.world.policies.get(resource);
  for (const command of commandsOf(ran)) pasteGrant(world.sandbox, command);
  const again = await release(vertex);
  world.sandbox.world.policies.set(resource, bindings, 'once');
  expect([again.report.outcome, missingIn(again)]).toEqual(['promoted', []]);
});

test.each(ofVertex)('without %s the release of a model ends before its first change', async (permission) => {
  const left = ofVertex.filter((one) => one !== permission);
  expect(missingIn(await holding(left, () => blocked(vertex)))).toEqual([permission]);
});

test('without an alias that follows the traffic nothing moves one', async () => {
  const ran = await holding(['aiplatform.models.get'], () =>
    release({ ...vertex, model_alias: 'none', dry_run: 'true' }),
  );
  expect([ran.exitCode, missingIn(ran)]).toEqual([0, []]);
});

test('a model of another project is asked for there, and an answer that could not be read stops nothing', async () => {
  const model = `vertex://projects/acme-models/locations/${world.sandbox.region}/models/ocr@candidate`;
  const ran = await release({ model, dry_run: 'true' });
  expect(missingIn(ran)).toEqual([]);
  const rows = ran.report.evidence.preflight?.rows.filter(({ stage }) => stage === 'Model') ?? [];
  expect(rows.map(({ state }) => state)).toEqual(ofVertex.map(() => 'unknown'));
  for (const { need } of rows)
    expect(need).toMatchObject({ place: 'model project', resource: 'projects/acme-models' });
});

test.each([
  ['gs://models/ocr/model.onnx', 'storage.objects.get'],
  ['gs://models/ocr/', 'storage.objects.list'],
])('%s: the bucket is asked, and names %s with its grant', async (model, permission) => {
  const inner = world.sandbox.world;
  const { policies } = inner;
  const from = inner.requests.length;
  const ran = await holding([], () => release({ model }), permission);
  expect([ran.exitCode, missingIn(ran), writes(from)]).toEqual([1, [permission], []]);
  const [command = ''] = commandsOf(ran);
  expect(command).toBe(
    `gcloud storage buckets add-iam-policy-binding gs://models --member=${own()} --role=roles/storage.objectViewer --condition=None`,
  );
  pasteGrant(world.sandbox, command);
  const again = await holding([], () => release({ model }), permission);
  policies.set(bucketResource(inner, 'models'), [], 'once');
  expect([again.report.outcome, missingIn(again), again.report.evidence.preflight?.depth]).toEqual([
    'promoted',
    [],
    2,
  ]);
});

test('a bucket that does not answer stops nothing', async () => {
  const restore = world.onCalls(({ path }) =>
    /iam\/testPermissions/.test(path) ? { status: 503 } : undefined,
  );
  const ran = await holding(['storage.objects.get'], () =>
    release({ model: 'gs://models/ocr/model.onnx', dry_run: 'true' }),
  ).finally(restore);
  expect([ran.exitCode, missingIn(ran)]).toEqual([0, []]);
  expect(ran.report.evidence.preflight?.rows.filter(({ state }) => state === 'unknown')).toMatchObject([
    { need: { permission: 'storage.objects.get', place: 'model bucket' } },
  ]);
});

const front = { front: 'gateway', gateway: 'front', front_audience: 'ocr' };
const secret = { secrets: 'KEY=key:1' };

test('the gateway in front has to be readable, unless front_url names its address', async () => {
  const smoke = () => ({ ...front, smoke_suite: world.suite() });
  const inner = world.sandbox.world;
  inner.disabledServices.delete('apigateway.googleapis.com');
  const ran = await blocked(smoke());
  expect(missingIn(ran)).toEqual(['apigateway.gateways.get']);
  expect(commandsOf(ran).join()).toContain('--role=roles/apigateway.viewer');
  const url = await release({ ...smoke(), front_url: 'https://ocr.example.com', dry_run: 'true' });
  expect(missingIn(url)).toEqual([]);
});

test.each([
  ['aiplatform.googleapis.com', vertex],
  ['storage.googleapis.com', { model: 'gs://models/ocr/model.onnx' }],
  ['apigateway.googleapis.com', { ...front, smoke_suite: 'suite' }],
  ['secretmanager.googleapis.com', secret],
] as [string, Record<string, string>][])(
  '%s has to be on only for what an input names',
  async (service, inputs) => {
    const off = world.sandbox.world.disabledServices;
    off.add(service);
    const named = { ...inputs, ...(inputs.smoke_suite ? { smoke_suite: world.suite() } : {}) };
    const viewer = ['apigateway.gateways.get', 'storage.objects.get', ...ofVertex];
    const ran = await holding(viewer, () => blocked(named)).finally(() => off.delete(service));
    expect(missingIn(ran).filter((one) => one === service)).toEqual([service]);
    expect(commandsOf(ran)[0]).toBe(`gcloud services enable ${service} --project=${world.sandbox.project}`);
    off.add(service);
    const plain = await release({ dry_run: 'true' }).finally(() => off.delete(service));
    expect(missingIn(plain)).toEqual([]);
  },
);

test('a secret of another project says nothing about the API of this one', async () => {
  const off = world.sandbox.world.disabledServices;
  off.add('secretmanager.googleapis.com');
  const inputs = { secrets: 'KEY=projects/acme-vault/secrets/key/versions/1', dry_run: 'true' };
  const ran = await release(inputs).finally(() => off.delete('secretmanager.googleapis.com'));
  expect(missingIn(ran)).toEqual([]);
});
