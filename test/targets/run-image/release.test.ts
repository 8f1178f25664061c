import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { Client } from '../../sandbox/support/client.ts';
import { Registry } from '../../sandbox/support/image.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld, type RunOptions } from '../../support/release-world.ts';

/** Releases of container images, by the actions' own code against the sandbox and its registry. */

let time: FastTime;
let world: ReleaseWorld;
let registry: Registry;
let client: Client;

beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock);
  client = new Client(world.sandbox);
  registry = new Registry(client);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const ofSource = ['source_dir', 'runtime', 'entry_point'];
/** The inputs of a release or a deploy, without those of a build. */
const inputsOf = (all: Record<string, string>, image: string, more: Record<string, string> = {}) => ({
  ...Object.fromEntries(Object.entries(all).filter(([name]) => !ofSource.includes(name))),
  image,
  ...more,
});
const release = (name: string, image: string, more: Record<string, string> = {}, options: RunOptions = {}) =>
  world.run(releaseAction, { ...options, inputs: inputsOf(world.inputs(name, '.'), image, more) });
const deploy = (name: string, image: string, more: Record<string, string> = {}) =>
  world.run(deployAction, { inputs: inputsOf(world.inputsFor('deploy', name), image, more) });
const writes = (from: number) =>
  world.sandbox.world.requests
    .slice(from)
    .filter(({ api, method }) => api === 'run' && /POST|PATCH|PUT|DELETE/.test(method))
    .filter(({ path }) => !/:(get|test)Iam/.test(path))
    .map(({ method, path }) => `${method} ${path.split('?')[0]?.split('/').pop()}`);

const { release: releaseAction } = await import('../../../src/actions/release/release.ts');
const { deploy: deployAction } = await import('../../../src/actions/deploy/deploy.ts');
const { guard } = await import('../../../src/actions/guard/guard.ts');
const { smokeTest } = await import('../../../src/actions/smoke-test/smoke-test.ts');

describe('a container image', () => {
  test('is released for the first time, privately, and by its digest', async () => {
    const image = await registry.pushInline('first:v1', 200, { text: 'one' });
    const ran = await release('first', image);
    expect([ran.report.outcome, ran.report.reason, ran.report.errors]).toEqual([
      'promoted',
      expect.stringMatching(/serves 100 %/),
      [],
    ]);
    const service = await world.service('first');
    expect(service?.raw.template).toMatchObject({
      containers: [{ image: expect.stringMatching(/\/containers\/first@sha256:[0-9a-f]{64}$/) }],
    });
    expect(service?.invokerIamDisabled).toBe(false);
    expect((await client.call(service?.uri ?? '', '')).status).toBe(403);
    expect(await world.record('first')).toMatchObject({ phase: 'closed', stable: ran.outputs.revision });
  });

  test('replaces the one before in steps, and is not deployed twice', async () => {
    await release('second', await registry.pushInline('second:v1', 200, { text: 'one' }));
    const next = await registry.pushInline('second:v2', 200, { text: 'two' });
    const ran = await release('second', next);
    expect([ran.report.outcome, ran.report.errors]).toEqual(['promoted', []]);
    expect(await world.serving('second')).toEqual([{ revision: ran.outputs.revision, percent: 100 }]);
    expect(ran.outputs.previous_revision).not.toBe(ran.outputs.revision);
    const from = world.sandbox.world.requests.length;
    const again = await release('second', next);
    expect([again.report.outcome, again.report.reason]).toEqual([
      'promoted',
      expect.stringContaining('already serves exactly this image and configuration'),
    ]);
    expect(writes(from)).toEqual([]);
  });

  test('that does not start is taken back, and the traffic never moves', async () => {
    await release('third', await registry.pushInline('third:v1', 200));
    const before = await world.serving('third');
    const path = `${world.sandbox.project}/containers/third`;
    await registry.push(path, 'v2', {
      files: { 'sandbox.json': JSON.stringify({ startFails: 'boom' }) },
    });
    const ran = await release('third', `${registry.host}/${path}:v2`);
    expect([ran.report.outcome, ran.report.errors[0]?.code]).toEqual(['rolled_back', 'deploy-failed']);
    expect(await world.serving('third')).toEqual(before);
  });
});

describe('a deploy of an image', () => {
  test('sends only what was set: sidecars, volumes, probes and limits stay', async () => {
    const image = await registry.pushInline('kept:v1', 200);
    const side = await registry.pushInline('side:v1', 200);
    const made = await client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=kept`, {
      template: {
        containers: [
          {
            image,
            ports: [{ containerPort: 9000 }],
            env: [{ name: 'A', value: '1' }],
            resources: { limits: { cpu: '2', memory: '1Gi' } },
            livenessProbe: { httpGet: { path: '/up' } },
            volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
          },
          { name: 'side', image: side },
        ],
        volumes: [{ name: 'cache', emptyDir: { sizeLimit: '64Mi' } }],
      },
    });
    await client.wait('run', made.body.name as string);
    const ran = await deploy('kept', await registry.pushInline('kept:v2', 200, { text: 'two' }), {
      env_vars: 'B=2',
      memory: '2Gi',
    });
    expect([ran.report.verdict, ran.report.reason]).toEqual(['pass', expect.stringContaining('100 %')]);
    const service = await world.service('kept');
    expect(service?.raw.template).toMatchObject({
      containers: [
        {
          image: expect.stringContaining('kept@sha256:'),
          ports: [{ containerPort: 9000 }],
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          resources: { limits: { cpu: '2', memory: '2Gi' } },
          livenessProbe: { httpGet: { path: '/up' } },
          volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
        },
        { name: 'side', image: side },
      ],
      volumes: [{ name: 'cache', emptyDir: { sizeLimit: '64Mi' } }],
    });
  });

  test('needs at most four calls from the decision to the new revision', async () => {
    const image = await registry.pushInline('calls:v1', 200);
    await deploy('calls', image);
    const from = world.sandbox.world.requests.length;
    await deploy('calls', await registry.pushInline('calls:v2', 200, { text: 'two' }));
    const seen = world.sandbox.world.requests
      .slice(from)
      .filter(({ api, path }) => api === 'run' && /\/services\/calls(\?|$)/.test(path))
      .map(({ method, status }) => `${method} ${status}`);
    const pin = seen.indexOf('PATCH 200');
    const change = seen.indexOf('PATCH 200', pin + 1);
    // One read sees the pin, and one sees the revision. Both are repeated until it is there.
    const once = seen.slice(pin, change + 2).filter((call, index, all) => call !== all[index - 1]);
    expect(once).toEqual(['PATCH 200', 'GET 200', 'PATCH 200', 'GET 200']);
  });
});

describe('an image that cannot be deployed stops the run before it changes anything', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const arm = async () => {
    const path = `${world.sandbox.project}/containers/arm`;
    await registry.push(path, 'v1', { files: { a: 'b' }, architecture: 'arm64' });
    return `${registry.host}/${path}:v1`;
  };
  const index = async () => {
    const path = `${world.sandbox.project}/containers/many`;
    const one = await registry.push(path, 'one', { files: { a: 'c' }, architecture: 'arm64' });
    const type = 'application/vnd.oci.image.index.v1+json';
    const platform = { os: 'linux', architecture: 'arm64' };
    const unknown = { os: 'unknown', architecture: 'unknown' };
    await registry.manifest(path, 'v1', type, {
      schemaVersion: 2,
      mediaType: type,
      manifests: [
        { ...one, platform },
        { ...one, platform: unknown },
      ],
    });
    return `${registry.host}/${path}:v1`;
  };
  const own = (rest: string) => () => `${registry.host}/${world.sandbox.project}/containers/${rest}`;

  test.each<[string, () => string | Promise<string>, RegExp, RegExp]>([
    ['a tag that does not exist', own('none:v9'), /no such tag/, /Push the image first/],
    ['a digest that does not exist', own(`none@${digest}`), /no such digest/, /Push the image first/],
    [
      'a repository that may not be read',
      () => `${registry.host}/other-project/private/ocr:v1`,
      /refuses this identity/,
      /an image that everyone may read/,
    ],
    ['an image for ARM', arm, /for linux\/amd64: it has linux\/arm64/, /--platform=linux\/amd64/],
    [
      'an index without linux/amd64',
      index,
      /it has linux\/arm64$|it has linux\/arm64/,
      /--platform=linux\/amd64/,
    ],
    ['another registry', () => 'ghcr.io/acme/ocr:v1', /does not pull from ghcr\.io/, /remote repository/],
  ])('%s', async (_what, image, what, fix) => {
    const from = world.sandbox.world.requests.length;
    const ran = await release('refused', await image());
    expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
    const finding = ran.report.findings.find(({ rule }) => rule === 'preflight-missing');
    expect(finding?.title).toMatch(what);
    expect(finding?.fix).toMatch(fix);
    expect(writes(from)).toEqual([]);
    const deployed = await deploy('refused', await image());
    expect(deployed.report.errors[0]?.code).toBe('preflight-failed');
    const warned = await deploy('refused', await image(), { preflight: 'warn' });
    expect(warned.report.errors[0]?.code).toBe('image-refused');
    expect(writes(from)).toEqual([]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'image and source_dir',
      { image: 'ocr:1', source_dir: '.' },
      /image and source_dir: expected only one of them/,
    ],
    [
      'image and runtime',
      { image: 'ocr:1', runtime: 'nodejs24' },
      /image and runtime: expected only one of them/,
    ],
    ['image and another target', { image: 'ocr:1', target: 'function' }, /expected target: run-image/],
    ['no image', { target: 'run-image' }, /image: missing/],
    ['two names', { image: 'ocr:1', service: 'other' }, /name and service: expected only one of them/],
    ['no reference', { image: 'Ocr:1' }, /expected an image such as/],
    [
      'flags',
      { image: 'ocr:1', flags: '--memory=1Gi --gpu=1 --allow-unauthenticated' },
      /use memory for --memory/,
    ],
    [
      'revision_traffic',
      { image: 'ocr:1', revision_traffic: 'LATEST=100' },
      /the release moves the traffic itself/,
    ],
  ])('%s', async (_what, given, message) => {
    const from = world.sandbox.world.requests.length;
    const bad = { image: '', ...given };
    const runs = [
      await world.run(deployAction, {
        inputs: { ...inputsOf(world.inputsFor('deploy', 'wrong'), 'ocr:1'), ...bad },
      }),
      await world.run(releaseAction, {
        inputs: { ...inputsOf(world.inputs('wrong', '.'), 'ocr:1'), ...bad },
      }),
    ];
    for (const { report, exitCode } of runs) {
      expect([report.errors[0]?.code, exitCode]).toEqual(['input-invalid', 1]);
      expect(`${report.reason} ${report.errors[0]?.what}`).toMatch(message);
    }
    // Not even the login: nothing was sent.
    expect(world.sandbox.world.requests.slice(from)).toEqual([]);
    expect(await world.service('wrong')).toBeUndefined();
  });

  test('a service that serves an image: a digest that does not exist, or an image beside source, changes nothing of it', async () => {
    await release('kept', await registry.pushInline('kept:v1', 200, { text: 'one' }));
    const before = await world.service('kept');
    const from = world.sandbox.world.requests.length;
    for (const preflight of ['stop', 'warn'])
      for (const [image, more] of [
        [own(`kept@${digest}`)(), {}],
        [own('kept:v1')(), { source_dir: '.' }],
      ] as const) {
        const ran = await release('kept', image, { ...more, preflight });
        expect([image, preflight, ran.exitCode]).toEqual([image, preflight, 1]);
        const [error] = ran.report.errors;
        const said = [...(ran.report.findings ?? []), ...(error ? [error] : [])]
          .map(({ fix }) => fix ?? '')
          .join(' ');
        expect(`${said} ${error?.what}`).toMatch(
          /Push the image first, or correct image|expected only one of them/,
        );
      }
    expect(writes(from)).toEqual([]);
    const after = await world.service('kept');
    expect(after?.raw).toEqual(before?.raw);
  });
});

describe('variables of a function', () => {
  test('env_vars keeps those that it does not name, environment_variables does not', async () => {
    const variables = async () => (await client.function('vars')).body.serviceConfig.environmentVariables;
    const source = world.good();
    await world.deploy('vars', source, { environment_variables: 'A=1,B=2' });
    await world.deploy('vars', source, { env_vars: 'B=3' });
    expect(await variables()).toMatchObject({ A: '1', B: '3' });
    await world.deploy('vars', source, { env_vars: 'C=4', env_vars_update_strategy: 'overwrite' });
    expect(await variables()).not.toHaveProperty('A');
  });
});

describe('what exists under the name decides on the kind', () => {
  test('a function is not overwritten by an image, and an image not by source', async () => {
    await world.release('kinds', world.good());
    const image = await registry.pushInline('kinds:v1', 200);
    const ran = await release('kinds', image);
    expect([ran.report.outcome, ran.report.errors[0]]).toEqual([
      undefined,
      expect.objectContaining({
        code: 'target-differs',
        what: 'kinds is a function that the Functions API manages, so target: run-image does not fit.',
        fix: expect.stringContaining('target: function'),
      }),
    ]);
    await deploy('made', image);
    const source = await world.release('made', world.good());
    expect(source.report.errors[0]).toMatchObject({
      code: 'target-differs',
      what: 'made is a Cloud Run service that runs a container image.',
      fix: expect.stringContaining('target: run-image'),
    });
  });

  test('the other actions need no word about it', async () => {
    const one = await registry.pushInline('others:v1', 200, { text: 'ok' });
    await release('others', one);
    const before = (await world.serving('others'))[0]?.revision;
    await release('others', await registry.pushInline('others:v2', 200, { text: 'ok', version: 2 }));
    const back = await world.rollback('others', 'before');
    expect([back.report.verdict, (await world.serving('others'))[0]?.revision]).toEqual(['pass', before]);
    expect(back.report.findings.map(({ title }) => title).join(' ')).not.toContain('function resource');
    const looked = await world.run(guard, { inputs: world.inputsFor('guard', 'others') });
    expect([looked.report.verdict, looked.outputs.exposure]).toEqual(['pass', 'private']);
    const tested = await world.run(smokeTest, {
      inputs: { ...world.inputsFor('smoke-test', 'others'), suite: world.suite() },
    });
    expect(tested.report.verdict).toBe('pass');
  });

  test('a function that the Run API made is recognised, and not deployed as another kind', async () => {
    const made = await client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=byrun`, {
      template: { containers: [{ image: await registry.pushInline('byrun:v1', 200) }] },
    });
    await client.wait('run', made.body.name as string);
    const service = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === 'byrun');
    Object.assign(service ?? {}, { buildConfig: { functionTarget: 'ocr', sourceLocation: 'gs://b/o.zip' } });
    const ran = await world.release('byrun', world.good(), { inputs: { target: 'function' } });
    expect(ran.report.errors[0]).toMatchObject({
      code: 'target-differs',
      what: 'byrun is a Cloud Run function that the Functions API does not manage, so target: function does not fit.',
      fix: expect.stringContaining('target: run-function'),
    });
  });
});
