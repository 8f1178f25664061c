import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { holdBuilds } from '../../sandbox/projects/hold-builds.ts';
import { answers, DeployWorld, reportOf, visible } from '../support/deploy-world.ts';
import { holdCall, operationUnderWay, until } from '../support/hold-call.ts';

let world: DeployWorld;
let number = 0;
/** A function for one test, deployed once and serving. */
let name: string;
let first: string;

const files = (text: string, more: Record<string, unknown> = {}) => ({
  'index.js': 'exports.ocr = () => {};',
  'package.json': '{}',
  'sandbox.json': answers(text, more),
});

beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  name = `f${++number}`;
  await world.client.deploy(name, files('before'));
  first = (await world.function(name)).serviceConfig.revision;
});
/** Lets the builds end that a test holds. */
let open = () => {};
afterEach(async () => {
  open();
  await world.clearFaults();
  world.sandbox.world.settings.buildMs = 50;
});

const latest = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }];
const deploys = (from: number) =>
  world.requests(from).filter((line) => line.startsWith('PATCH cloudfunctions'));

test('a failed build: the error has the stage, the message, the link and the end of the log, and the traffic is unchanged', async () => {
  const source = world.source({
    ...files('bad'),
    'sandbox.json': JSON.stringify({ buildFails: 'npm ERR! missing script: build' }),
  });
  const run = await world.deploy({ name, source_dir: source });
  expect(run.code).toBe(1);
  const error = reportOf(run).errors[0];
  expect(error?.code).toBe('deploy-failed');
  expect(error?.what).toContain('failed in stage build');
  expect(error?.what).toContain('npm ERR! missing script: build');
  expect(error?.fix).toContain('https://console.cloud.google.com/cloud-build/builds');
  expect(run.log).toContain('Messages and log of the failed deploy');
  expect((await world.service(name)).traffic ?? latest).toEqual(latest);
  expect(world.sandbox.world.problems).toEqual([]);
});

test('a pin whose answer was lost is recognised as ours: after a failed build the service follows its latest revision again', async () => {
  await world.fault({
    api: 'run',
    method: 'PATCH',
    path: `/services/${name}`,
    nth: 1,
    times: 1,
    fault: { reset: 'after' },
  });
  const source = world.source({ ...files('bad'), 'sandbox.json': JSON.stringify({ buildFails: 'no' }) });
  const run = await world.deploy({ name, source_dir: source });
  expect(reportOf(run).errors[0]?.code).toBe('deploy-failed');
  expect((await world.service(name)).traffic).toEqual(latest);
  const changes = [...run.log.matchAll(/Changed: (traffic .*) 100 %/g)].map(([, what]) => what);
  expect(changes).toEqual([`traffic of ${name} held at ${first}`, `traffic of ${name} put back to LATEST`]);
});

test("a colleague's tag on the latest revision still follows it after a deploy", async () => {
  const tagged = [{ ...latest[0], tag: 'preview' }];
  const { etag } = await world.service(name);
  await world.client.patchService(name, 'traffic', { traffic: tagged, etag });
  const run = await world.deploy({ name, source_dir: world.source(files('next')) });
  expect(run.code).toBe(0);
  const { trafficStatuses, latestReadyRevision } = await world.service(name);
  const preview = trafficStatuses.find((status: { tag?: string }) => status.tag === 'preview');
  expect(preview.type).toBe('TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST');
  expect(trafficStatuses.map((status: { type: string }) => status.type)).toEqual([
    preview.type,
    preview.type,
  ]);
  expect(latestReadyRevision.split('/').at(-1)).toBe(run.outputs.revision);
  // The output names each revision once.
  expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([{ revision: run.outputs.revision, percent: 100 }]);
});

test('a revision that does not start: the error names the service stage, and the traffic is unchanged', async () => {
  const source = world.source({
    ...files('bad'),
    'sandbox.json': JSON.stringify({
      startFails: 'The user-provided container failed to listen on PORT=8080',
      responses: [],
    }),
  });
  const run = await world.deploy({ name, source_dir: source });
  expect(run.code).toBe(1);
  const error = reportOf(run).errors[0];
  expect(error?.what).toMatch(
    /^The revision [a-z0-9-]+ did not start: The user-provided container failed to start and listen/,
  );
  expect(error?.why).toMatch(
    /never listened on the port .*Its log (ends: |could not be read: |is not shown)/,
  );
  expect(error?.commands?.[0]).toMatch(/--target=\w+/);
  // Google's full message stands below the error.
  expect(run.log).toMatch(/failed to start and listen/);
  const service = await world.service(name);
  expect(service.trafficStatuses.filter((status: { percent?: number }) => status.percent)).toMatchObject([
    { percent: 100 },
  ]);
  expect(service.trafficStatuses[0].revision ?? service.latestReadyRevision).toContain(first);
});

test('one 503, one reset and one HTML page during polling change nothing', async () => {
  world.sandbox.world.settings.buildMs = 1500;
  await world.fault({
    api: 'cloudfunctions',
    method: 'GET',
    path: '/operations/',
    nth: 1,
    times: 1,
    fault: { status: 503 },
  });
  await world.fault({
    api: 'cloudfunctions',
    method: 'GET',
    path: '/operations/',
    nth: 2,
    times: 1,
    fault: { reset: 'before' },
  });
  await world.fault({
    api: 'cloudfunctions',
    method: 'GET',
    path: '/operations/',
    nth: 3,
    times: 1,
    fault: { malformed: true },
  });
  const run = await world.deploy({ name, source_dir: world.source(files('next')) });
  expect(run.log).toContain(`Passed: Deployed ${name}`);
});

const joined = 'Joined a deploy that was already running';
/** Does something as soon as a run has printed a text. A build that ends only then is under way for as long as it has to be. */
const once = (text: string, act: () => void) => (printed: string) => void (printed.includes(text) && act());

test('a PATCH that took effect but whose answer was lost is joined, not repeated', async () => {
  open = holdBuilds(world.sandbox.world);
  await world.fault({
    api: 'cloudfunctions',
    method: 'PATCH',
    path: `/functions/${name}`,
    nth: 1,
    times: 1,
    fault: { reset: 'after' },
  });
  const source_dir = world.source(files('next'));
  const run = await world.deploy({ name, source_dir }, { onOutput: once(joined, () => open()) });
  expect(run.log).toContain(joined);
  expect(run.code).toBe(0);
  expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([{ revision: run.outputs.revision, percent: 100 }]);
});

test('a restarted job finds the operation of its first attempt and joins it', async () => {
  open = holdBuilds(world.sandbox.world);
  const source = world.source(files('next'));
  const before = world.requestCount;
  let kill: (signal: NodeJS.Signals) => void = () => {};
  const cut = await world.deploy(
    { name, source_dir: source },
    {
      onStart: (stop) => (kill = stop),
      onOutput: (text) => {
        if (text.includes('Cloud Functions: ')) kill('SIGINT');
      },
    },
  );
  expect(cut.code).toBe(1);
  expect(cut.outputs.outcome).toBe('cancelled');
  // The build may still finish: with LATEST its revision would get traffic without a proof.
  expect(cut.log).toContain('The build may still finish, and its revision is not proved private');
  expect((await world.service(name)).traffic).toMatchObject([{ revision: first, percent: 100 }]);
  const again = await world.deploy({ name, source_dir: source }, { onOutput: once(joined, () => open()) });
  expect(again.log).toContain(joined);
  expect(again.code).toBe(0);
  expect(deploys(before)).toHaveLength(1);
  expect(again.outputs.revision).not.toBe(first);
  expect(JSON.parse(again.outputs.traffic ?? '')).toEqual([
    { revision: again.outputs.revision, percent: 100 },
  ]);
});

/** Another deploy starts while ours asks for the upload URL. */
const collide = async (inputs: Record<string, string>) => {
  const storageSource = await world.client.upload(files('theirs'));
  open = holdBuilds(world.sandbox.world);
  holdCall(world.sandbox.world, { api: 'cloudfunctions', path: ':generateUploadUrl' }, () =>
    operationUnderWay(world.sandbox.world, name),
  );
  let began = false;
  return world.deploy(
    { name, source_dir: world.source(files('ours')), ...inputs },
    {
      onOutput: (text) => {
        once('Another deploy of', () => open())(text);
        if (began || !text.includes('Plan: ')) return;
        began = true;
        const mask = 'buildConfig.source,serviceConfig.availableMemory';
        void world.client.api(
          'cloudfunctions',
          'PATCH',
          `/v2/${world.client.parent}/functions/${name}?updateMask=${mask}`,
          {
            buildConfig: { source: { storageSource } },
            serviceConfig: { availableMemory: '1Gi' },
          },
        );
      },
    },
  );
};

test('waits until another deploy ends, and then stops with the difference', async () => {
  const run = await collide({ cpu: '1' });
  expect(run.log).toContain('Another deploy of');
  expect(run.code).toBe(1);
  const error = reportOf(run).errors[0];
  expect(error?.code).toBe('deploy-conflict');
  expect(error?.fix).toContain('on_conflict: rebase');
  expect((await world.function(name)).serviceConfig.availableMemory).toBe('1Gi');
});

test('on_conflict: rebase plans again on top of the other deploy and continues', async () => {
  const run = await collide({ max_instance_count: '7', on_conflict: 'rebase' });
  expect(run.log).toContain('New plan, based on the other deploy');
  expect(run.code).toBe(0);
  expect((await world.function(name)).serviceConfig).toMatchObject({
    availableMemory: '1Gi',
    maxInstanceCount: 7,
  });
  expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([{ revision: run.outputs.revision, percent: 100 }]);
});

test('the deadline names the operation and leaves the build to the next run', async () => {
  open = holdBuilds(world.sandbox.world);
  // The time is over once the build is seen to be under way.
  const skip = pathToFileURL(join(import.meta.dirname, '../support/skip-time.mjs')).href;
  const run = await world.deploy(
    { name, source_dir: world.source(files('slow')) },
    { env: { NODE_OPTIONS: `--import=${skip}`, SKIP_AT: 'build in progress', SKIP_MS: '1500000' } },
  );
  expect(run.code).toBe(1);
  expect(visible(run)).toMatch(
    /operations\/operation-\S+ did not end in time\. Its state is: .*build in progress.*Run the job again/,
  );
});

test('if the pin does not hold, the traffic is taken back before the proof, and a finding says so', async () => {
  const { quirks } = world.sandbox.world;
  quirks.functionPatchKeepsPin = false;
  try {
    const run = await world.deploy({ name, source_dir: world.source(files('next')), no_traffic: 'true' });
    expect(run.code).toBe(0);
    expect(
      JSON.parse(run.outputs.traffic ?? '').filter((entry: { percent: number }) => entry.percent > 0),
    ).toEqual([{ revision: first, percent: 100 }]);
    expect(reportOf(run).findings.map((finding) => finding.rule)).toContain('pin-did-not-hold');
  } finally {
    quirks.functionPatchKeepsPin = true;
  }
});

test('a newer revision of another deploy is never promoted, and the job is not green', async () => {
  const source = world.source(files('ours'));
  const held = await world.deploy({ name, source_dir: source, no_traffic: 'true' });
  expect(held.outputs.reason).toContain(`${first} still serves`);
  let theirs: string | undefined;
  const { sandbox } = world;
  // The other deploy ends between our build and our traffic change: ours waits at its second read of the policy.
  holdCall(sandbox.world, { api: 'run', method: 'GET', path: ':getIamPolicy', nth: 2 }, () =>
    until(() => /^f\d/.test(theirs ?? '')),
  );
  const run = await world.deploy(
    { name, source_dir: source, memory: '1Gi' },
    {
      onOutput: (text) => {
        if (theirs !== undefined || !text.includes('service done')) return;
        theirs = 'begun';
        void world.client.deploy(name, files('theirs')).then(async () => {
          theirs = (await world.function(name)).serviceConfig.revision;
        });
      },
    },
  );
  expect(sandbox.world.problems).toEqual([]);
  expect(theirs).toMatch(/^f\d+-/);
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'superseded' });
  expect(run.outputs.reason).toContain(
    `the newer revision ${theirs} appeared in the meantime, so no traffic was moved`,
  );
  const serving = JSON.parse(run.outputs.traffic ?? '').filter(
    (entry: { percent: number }) => entry.percent > 0,
  );
  expect(serving).toEqual([{ revision: first, percent: 100 }]);
});

test('an identity that may not change the service learns the missing permission before the upload', async () => {
  await world.fault({
    api: 'run',
    method: 'PATCH',
    path: `/services/${name}`,
    times: 9,
    fault: {
      status: 403,
      body: {
        error: {
          code: 403,
          status: 'PERMISSION_DENIED',
          message: "Permission 'run.services.update' denied on resource.",
        },
      },
    },
  });
  const before = world.requestCount;
  const run = await world.deploy({ name, source_dir: world.source(files('next')) });
  expect(run.code).toBe(1);
  const error = reportOf(run).errors[0];
  expect(error?.what).toContain('could not be pinned');
  expect(error?.why).toContain('run.services.update');
  expect(error?.commands?.[0]).toContain('roles/run.developer');
  expect(world.requests(before).join('\n')).not.toContain('generateUploadUrl');
  const plain = await world.deploy({
    name,
    source_dir: world.source(files('next')),
    all_traffic_on_latest_revision: 'false',
  });
  expect(plain.code).toBe(0);
  expect(plain.outputs.reason).toContain("as the service's settings say");
});

test.each(['operationEndsBeforeSettled', 'functionPatchResetsInvokerIam', 'trafficPatchNeedsActAs'] as const)(
  'with the unverified behaviour %s the new revision ends with all traffic',
  async (quirk) => {
    const { quirks } = world.sandbox.world;
    quirks[quirk] = !quirks[quirk];
    try {
      const run = await world.deploy({ name, source_dir: world.source(files('next')) });
      expect(run.log).toContain(`Passed: Deployed ${name}`);
      expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([
        { revision: run.outputs.revision, percent: 100 },
      ]);
    } finally {
      quirks[quirk] = !quirks[quirk];
    }
  },
);

test('if the identity may start a deploy but not read it, the traffic stays on the proved revision', async () => {
  world.sandbox.world.settings.buildMs = 3000;
  await world.fault({
    api: 'cloudfunctions',
    method: 'GET',
    path: '/operations/',
    times: 9,
    fault: { status: 403 },
  });
  const run = await world.deploy({ name, source_dir: world.source(files('next')) });
  expect(run.code).toBe(1);
  expect(reportOf(run).errors[0]?.code).toBe('permission-denied');
  expect(visible(run)).toContain('The build may still finish, and its revision is not proved private.');
  expect((await world.service(name)).traffic).toMatchObject([{ revision: first, percent: 100 }]);
});

/** Every call that a deploy makes to Google. */
const places = [
  ['cloudfunctions', 'GET', '/functions/'],
  ['cloudfunctions', 'GET', '/runtimes'],
  ['cloudfunctions', 'POST', ':generateUploadUrl'],
  ['cloudfunctions', 'PATCH', '/functions/'],
  ['cloudfunctions', 'GET', '/operations/'],
  ['run', 'GET', '/services/'],
  ['run', 'PATCH', '/services/'],
  ['run', 'GET', ':getIamPolicy'],
  ['upload', 'PUT', '/'],
] as const;

test.each([
  ['503', { status: 503 }],
  ['500', { status: 500 }],
  ['a lost connection, before it acts', { reset: 'before' }],
  ['a lost connection, after it has acted', { reset: 'after' }],
  ['an answer that is no JSON', { malformed: true }],
])('each call of a deploy fails once, with %s, and the deploy still succeeds', async (_, fault) => {
  for (const [api, method, path] of places) await world.fault({ api, method, path, nth: 1, times: 1, fault });
  const run = await world.deploy({ name, source_dir: world.source(files('next')) });
  expect(run.log).toContain(`Passed: Deployed ${name}`);
  expect(run.outputs.revision).not.toBe(first);
  expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([{ revision: run.outputs.revision, percent: 100 }]);
});
