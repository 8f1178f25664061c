import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdBuilds } from '../../../sandbox/projects/hold-builds.ts';
import { obstaclesOf } from '../../../sandbox/run/obstacles.ts';
import { Client, inline } from '../../sandbox/support/client.ts';
import { zipOf } from '../../sandbox/support/zip.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { until } from '../../support/hold-call.ts';
import { ReleaseWorld, type RunOptions } from '../../support/release-world.ts';

/** Releases of Cloud Run functions from source, by the actions' own code against the sandbox. */

let time: FastTime;
let world: ReleaseWorld;
let client: Client;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock);
  client = new Client(world.sandbox);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const { release: releaseAction } = await import('../../../src/actions/release/release.ts');
const { deploy: deployAction } = await import('../../../src/actions/deploy/deploy.ts');
const { rollback } = await import('../../../src/actions/rollback/rollback.ts');

const own = { target: 'run-function' };
/** Undefined inputs are left out. */
const given = (inputs: Record<string, string | undefined>) =>
  Object.fromEntries(
    Object.entries(inputs).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
const release = (
  name: string,
  source: string,
  more: Record<string, string | undefined> = own,
  options: RunOptions = {},
) => world.run(releaseAction, { ...options, inputs: given({ ...world.inputs(name, source), ...more }) });
const deploy = (name: string, source: string, more: Record<string, string | undefined> = own) =>
  world.run(deployAction, { inputs: given({ ...world.inputsFor('deploy', name, source), ...more }) });
/** Everything that was written since, by API. Reads of a policy are POSTs. */
const writes = (from: number) =>
  world.sandbox.world.requests
    .slice(from)
    .filter(({ api }) => ['run', 'storage', 'artifactregistry', 'cloudfunctions'].includes(api))
    .filter(({ method, path }) => method !== 'GET' && !/:(get|test)Iam/.test(path))
    .map(({ api, method }) => `${api} ${method}`);
const requests = () => world.sandbox.world.requests.length;
const raw = async (name: string) => (await world.service(name))?.raw ?? {};

/** A function as `gcloud run deploy --function` leaves it: with an image by digest and gcloud's own settings. */
async function madeByGcloud(name: string, config: object = {}, container: object = {}): Promise<void> {
  const bucket = `run-sources-${world.sandbox.project}-us-central1`;
  await client.api('storage', 'POST', `/storage/v1/b?project=${world.sandbox.project}`, { name: bucket });
  const { accessToken } = (
    await client.control('POST', '/tokens', {
      member: `serviceAccount:${client.sandbox.env.SERVICE_ACCOUNT}`,
    })
  ).body;
  const url = `${client.sandbox.world.urls.get('storage')}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}.zip`;
  const { body } = await client.send(url, 'POST', zipOf(inline(200, { text: 'gcloud' })), {
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/zip',
  });
  const image = `us-central1-docker.pkg.dev/${world.sandbox.project}/cloud-run-source-deploy/${name}`;
  const made = await client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=${name}`, {
    template: { containers: [{ image, baseImageUri: 'nodejs22', ...container }] },
    buildConfig: {
      sourceLocation: `gs://${body.bucket}/${body.name}#${body.generation}`,
      functionTarget: 'ocr',
      imageUri: image,
      baseImage: 'nodejs22',
      enableAutomaticUpdates: true,
      ...config,
    },
  });
  if (made.status !== 200) throw new Error(made.text);
  await client.wait('run', made.body.name as string);
}

describe('a Cloud Run function', () => {
  test('is released for the first time, privately, and no function resource is made', async () => {
    const from = requests();
    const ran = await release('first', world.good());
    expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
    expect(await raw('first')).toMatchObject({
      buildConfig: {
        sourceLocation: expect.stringMatching(
          /^gs:\/\/run-sources-sandbox-project-us-central1\/services\/first\/[^#]+#\d+$/,
        ),
        functionTarget: 'ocr',
        baseImage: 'nodejs24',
        enableAutomaticUpdates: true,
        imageUri: 'us-central1-docker.pkg.dev/sandbox-project/cloud-run-source-deploy/first',
      },
    });
    const { uri = '', invokerIamDisabled } = (await world.service('first')) ?? {};
    expect([invokerIamDisabled, (await client.call(uri, '')).status]).toEqual([false, 403]);
    expect((await client.function('first')).status).toBe(404);
    expect(writes(from).filter((call) => call.startsWith('cloudfunctions'))).toEqual([]);
    expect(await world.record('first')).toMatchObject({ phase: 'closed', stable: ran.outputs.revision });
  });

  test('replaces the revision before in steps, and is not built twice', async () => {
    await release('second', world.good());
    const source = world.good();
    const ran = await release('second', source);
    expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
    expect(await world.serving('second')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
    expect(ran.outputs.previous_revision).not.toBe(ran.outputs.revision);
    const from = requests();
    const again = await release('second', source);
    expect([again.report.outcome, again.report.reason]).toEqual([
      'promoted',
      expect.stringContaining('already serves exactly this source and configuration'),
    ]);
    expect(writes(from)).toEqual([]);
  });

  test('gets a new revision at 0 %, while the traffic stays pinned', async () => {
    await deploy('dark', world.good());
    const before = await world.serving('dark');
    const ran = await deploy('dark', world.good(), { ...own, no_traffic: 'true' });
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(await world.serving('dark')).toEqual(before);
    expect((await world.service('dark'))?.latestReadyRevision).toBe(ran.outputs.revision);
    expect(before[0]?.revision).not.toBe(ran.outputs.revision);
  });

  test('whose build fails keeps what serves, and the error has the end of that build log', async () => {
    await release('broken', world.good());
    const before = await world.serving('broken');
    const ran = await release(
      'broken',
      world.source([], { buildFails: 'npm error: no such package left-pad-9' }),
    );
    expect([ran.report.outcome, ran.report.errors[0]?.code]).toEqual(['rolled_back', 'deploy-failed']);
    const { what = '', why = '', fix = '' } = ran.report.errors[0] ?? {};
    expect(what).toMatch(/in stage build/);
    expect(`${what} ${why}`).toContain('no such package left-pad-9');
    expect(fix).not.toContain('undefined');
    expect(ran.report.errors[0]?.commands?.join()).toMatch(/gcloud builds log [0-9a-f-]{36}/);
    expect(await world.serving('broken')).toEqual(before);
  });

  test('that does not start is taken back, and the traffic never moves', async () => {
    await release('dead', world.good());
    const before = await world.serving('dead');
    const ran = await release('dead', world.source([{ status: 200 }], { startFails: 'boom' }));
    expect([ran.report.outcome, ran.report.errors[0]?.code]).toEqual(['rolled_back', 'deploy-failed']);
    expect(await world.serving('dead')).toEqual(before);
  });
});

test('needs at most four calls of Cloud Run from the decision to the new revision, and two to bring the source', async () => {
  await deploy('calls', world.good());
  const from = requests();
  await deploy('calls', world.good());
  const seen = world.sandbox.world.requests
    .slice(from)
    .filter(({ api, path }) => api === 'storage' || (api === 'run' && /\/(services|operations)\//.test(path)))
    .filter(({ path }) => !/:(get|test)Iam/.test(path))
    .map(({ api, method, path }) => `${method} ${api}${path.includes('/operations/') ? ' operation' : ''}`);
  const pin = seen.indexOf('PATCH run');
  const change = seen.indexOf('PATCH run', pin + 1);
  // What is read again until it is there counts once: the service, and the operation that may have failed.
  const once = seen
    .slice(pin, change + 4)
    .filter((call, index, all) => call !== 'GET run operation' && call !== all[index - 1]);
  expect(once.slice(0, 6)).toEqual([
    ...['PATCH run', 'GET run'],
    ...['GET storage', 'POST storage'],
    ...['PATCH run', 'GET run'],
  ]);
});

describe('what exists decides', () => {
  test('a function of gcloud run deploy --function is adopted, released twice and taken back', async () => {
    await madeByGcloud('adopted');
    const nothing = { target: undefined, runtime: undefined, entry_point: undefined };
    const first = await release('adopted', world.good(), nothing);
    expect([first.report.outcome, first.report.errors]).toEqual(['promoted', []]);
    const second = await release('adopted', world.good(), nothing);
    expect([second.report.outcome, second.report.errors]).toEqual(['promoted', []]);
    const { project_id, region, workload_identity_provider, service_account } = world.inputs('adopted', '.');
    const back = await world.run(rollback, {
      inputs: given({ name: 'adopted', project_id, region, workload_identity_provider, service_account }),
    });
    expect([back.report.verdict, await world.serving('adopted')]).toEqual([
      'pass',
      [{ revision: first.outputs.revision, percent: 100 }],
    ]);
    expect((await raw('adopted')).buildConfig).toMatchObject({
      functionTarget: 'ocr',
      baseImage: 'nodejs22',
    });
  });

  test('only what was set is sent: the rest of the build and of the container stays', async () => {
    const config = { environmentVariables: { A: '1' }, enableAutomaticUpdates: false };
    await madeByGcloud('kept', config, {
      env: [{ name: 'X', value: '1' }],
      livenessProbe: { httpGet: { path: '/up' } },
      resources: { limits: { cpu: '2', memory: '1Gi' } },
    });
    const ran = await deploy('kept', world.good(), {
      ...own,
      runtime: undefined,
      entry_point: undefined,
      memory: '2Gi',
    });
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    const { buildConfig, template } = await raw('kept');
    expect(buildConfig).toMatchObject({ ...config, baseImage: 'nodejs22', functionTarget: 'ocr' });
    expect(template).toMatchObject({
      containers: [
        {
          env: [{ name: 'X', value: '1' }],
          livenessProbe: { httpGet: { path: '/up' } },
          resources: { limits: { cpu: '2', memory: '2Gi' } },
          baseImageUri: 'nodejs22',
        },
      ],
    });
  });

  test.each([['run-function'], [undefined]])(
    'a function that is detached between two releases goes on as a Cloud Run function (target: %s)',
    async (target) => {
      const name = `detached-${target ?? 'unnamed'}`;
      await release(name, world.good(), { target: undefined });
      const answer = await client.api(
        'cloudfunctions',
        'POST',
        `/v2/${client.parent}/functions/${name}:detachFunction`,
        {},
      );
      await client.wait('cloudfunctions', answer.body.name as string);
      const ran = await release(name, world.good(), { target });
      expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
      expect(ran.report.findings.map(({ rule }) => rule)).toContain('function-detached');
      const next = await release(name, world.good(), { target });
      expect(next.report.findings.map(({ rule }) => rule)).not.toContain('function-detached');
    },
  );

  test('a function that is detached is not built while target: function says that it is managed', async () => {
    await deploy('left', world.good(), { target: undefined });
    const path = `/v2/${client.parent}/functions/left:detachFunction`;
    await client.wait(
      'cloudfunctions',
      (await client.api('cloudfunctions', 'POST', path, {})).body.name as string,
    );
    const from = requests();
    const ran = await deploy('left', world.good(), { target: 'function' });
    expect(ran.report.errors[0]).toMatchObject({
      code: 'target-differs',
      what: expect.stringMatching(/does not fit.*Use target: run-function/),
    });
    expect(writes(from)).toEqual([]);
  });

  test('a function of the Functions API is not turned into a Cloud Run function, nor the other way round', async () => {
    await client.deploy('managed', inline(200));
    await madeByGcloud('unmanaged');
    const from = requests();
    for (const [name, target, text] of [
      ['managed', 'run-function', /a function that the Functions API manages/],
      ['unmanaged', 'function', /a Cloud Run function that the Functions API does not manage/],
    ] as const) {
      const ran = await deploy(name, world.good(), { target });
      expect(ran.report.errors[0]).toMatchObject({
        code: 'target-differs',
        what: expect.stringMatching(text),
      });
    }
    expect(writes(from)).toEqual([]);
  });
});

describe('the same source is built again', () => {
  const patch = async (name: string, mask: string, body: object) => {
    const answer = await client.patchService(name, mask, body);
    await client.wait('run', answer.body.name as string);
  };
  const again = async (name: string, source: string) => {
    const ran = await deploy(name, source);
    expect([ran.report.verdict, ran.report.errors, ran.outputs.unchanged]).toEqual(['pass', [], false]);
    expect(await world.serving(name)).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
    return ran;
  };

  test('if another tool has deployed other source, and left the labels', async () => {
    await madeByGcloud('other-tool');
    const { sourceLocation } = (await raw('other-tool')).buildConfig as Record<string, string>;
    const source = world.good();
    await deploy('taken', source);
    await patch('taken', 'buildConfig.sourceLocation', { buildConfig: { sourceLocation } });
    await again('taken', source);
  });

  test('if its build failed the last time', async () => {
    await deploy('retried', world.good());
    const source = world.good();
    const { buildAccountNeedsRole } = obstaclesOf(world.sandbox.world);
    Object.assign(obstaclesOf(world.sandbox.world), { buildAccountNeedsRole: true });
    const failed = await deploy('retried', source);
    Object.assign(obstaclesOf(world.sandbox.world), { buildAccountNeedsRole });
    expect(failed.report.errors[0]).toMatchObject({
      code: 'deploy-failed',
      what: expect.stringMatching(/missing permission on the build service account/),
    });
    await again('retried', source);
  });
});

describe('what cannot be deployed stops the run before it changes anything', () => {
  test.each<[string, Record<string, string | undefined>, RegExp]>([
    ['a new function without a runtime', { runtime: undefined }, /runtime: missing/],
    ['a new function without an entry point', { entry_point: undefined }, /entry_point: missing/],
    ['an event trigger', { event_trigger_type: 'google.cloud.pubsub.topic.v1.messagePublished' }, /Eventarc/],
    ['an image', { image: 'ocr:1' }, /run-function is built from source|an image is built already/],
  ])('%s', async (_what, more, text) => {
    const from = requests();
    const ran = await deploy('refused', world.good(), { ...own, ...more });
    expect(ran.report.errors[0]?.what).toMatch(text);
    expect(writes(from)).toEqual([]);
  });
});

describe('a call that fails once', () => {
  const upload = { api: 'storage', method: 'POST', path: '/upload/' };
  const list = { api: 'storage', method: 'GET', path: '/storage/v1/b?' };
  const poll = { api: 'run', method: 'GET', path: '/operations/' };
  const change = { api: 'run', method: 'PATCH', path: 'buildConfig' };
  const lost = { reset: 'after' } as const;
  const gone = { reset: 'before' } as const;
  const busy = { status: 503 };

  test.each([
    ['the list of buckets', list, busy],
    ['the upload, before it arrives', upload, gone],
    ['the answer of the upload', upload, lost],
    ['the upload, refused for a moment', upload, busy],
    ['the read of the operation', poll, busy],
    ['the change, before it arrives', change, gone],
    ['the answer of the change', change, lost],
    ['the change, refused for a moment', change, busy],
  ])('%s: the deploy ends well, with one build', async (what, call, fault) => {
    const name = `once-${what.replace(/[^a-z]+/g, '-')}`.slice(0, 40).replace(/-$/, '');
    await deploy(name, world.good());
    const before = (await world.service(name))?.latestCreatedRevision;
    const book = world.sandbox.world.faults;
    book.add({ ...call, fault });
    // The operation is read only while the build is running.
    const open = call === poll ? holdBuilds(world.sandbox.world) : () => {};
    const running = deploy(name, world.good());
    if (call === poll) await until(() => (book.list()[0]?.seen ?? 0) > 0);
    open();
    const ran = await running;
    const hit = book.list().map(({ seen }) => seen);
    book.clear();
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    expect(hit[0]).toBeGreaterThan(0);
    const { revisions } = (await client.api('run', 'GET', `/v2/${client.parent}/services/${name}/revisions`))
      .body;
    expect(revisions).toHaveLength(2);
    expect(await world.serving(name)).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
    expect(ran.outputs.revision).not.toBe(before);
  });

  test('the first deploy, whose answer is lost, makes one service with one revision', async () => {
    const book = world.sandbox.world.faults;
    book.add({ api: 'run', method: 'POST', path: 'serviceId=first-lost', fault: lost });
    const ran = await deploy('first-lost', world.good());
    expect(book.list()[0]?.seen).toBeGreaterThan(0);
    book.clear();
    expect([ran.report.verdict, ran.report.errors]).toEqual(['pass', []]);
    const { revisions } = (
      await client.api('run', 'GET', `/v2/${client.parent}/services/first-lost/revisions`)
    ).body;
    expect(revisions).toHaveLength(1);
  });
});

describe('the preflight', () => {
  const projectPath = '//cloudresourcemanager.googleapis.com/projects/sandbox-project';
  const without = async (role: string, run: () => Promise<void>) => {
    const { policies } = world.sandbox.world;
    const before = policies.get(projectPath).bindings;
    const member = `serviceAccount:${world.sandbox.env.SERVICE_ACCOUNT}`;
    policies.set(
      projectPath,
      before.map((one) =>
        one.role === role ? { ...one, members: one.members.filter((name) => name !== member) } : one,
      ),
    );
    await run().finally(() => policies.set(projectPath, before));
  };

  test('names the role that the upload and the build need, before anything is changed', () =>
    without('roles/run.sourceDeveloper', async () => {
      const from = requests();
      const ran = await release('denied', world.good());
      expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
      const finding = ran.report.findings.find(({ rule }) => rule === 'preflight-missing');
      expect(JSON.stringify(finding)).toContain('cloudbuild.builds.create');
      expect(finding?.commands?.join()).toContain('roles/run.sourceDeveloper');
      expect(writes(from)).toEqual([]);
    }));

  test('asks for no permission of Cloud Functions', () =>
    without('roles/cloudfunctions.developer', async () => {
      const ran = await release('nofunctions', world.good());
      expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
    }));
});
