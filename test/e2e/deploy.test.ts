import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answers, DeployWorld, visible } from '../support/deploy-world.ts';
import { runAction } from '../support/run-action.ts';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start({ sampleReachability: true });
});
afterAll(() => world.stop());

const files = { 'index.js': 'exports.ocr = () => {};', 'package.json': '{}', 'sandbox.json': answers('one') };
const env = { environment_variables: 'LANGUAGES="eng,kor"\n# a comment\nMODE=fast' };

describe('one function from its first deploy on', () => {
  let folder: string;
  let first: string;

  test('creates the function, sends only the settings from the inputs, and proves it private', async () => {
    folder = world.source(files);
    const run = await world.deploy({
      source_dir: folder,
      runtime: 'nodejs24',
      max_instance_count: '3',
      ...env,
    });
    expect(run.log).toContain('Passed: Created ocr');
    expect(run.code).toBe(0);
    expect(run.outputs).toMatchObject({
      verdict: 'pass',
      exposure: 'private',
      unchanged: 'false',
      name: `${world.client.parent}/functions/ocr`,
      service: `${world.client.parent}/services/ocr`,
    });
    first = run.outputs.revision ?? '';
    expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([{ revision: first, percent: 100 }]);
    expect(run.outputs.source_sha256).toMatch(/^[0-9a-f]{64}$/);
    const fn = await world.function();
    expect(fn.serviceConfig).toMatchObject({
      maxInstanceCount: 3,
      environmentVariables: { LANGUAGES: 'eng,kor', MODE: 'fast' },
    });
    expect(fn.labels['backstay-source']).toBe(run.outputs.source_sha256?.slice(0, 63));
    // The manifest is in the log. Values of variables appear nowhere.
    expect(run.log).toContain('sandbox.json');
    expect(visible(run) + run.summary + JSON.stringify(run.report)).not.toContain('eng,kor');
    expect(run.summary).toContain(first);
  });

  test('does nothing if the serving revision already has this source and configuration', async () => {
    const sentBefore = world.requestCount;
    const run = await world.deploy({
      source_dir: folder,
      runtime: 'nodejs24',
      max_instance_count: '3',
      ...env,
    });
    expect(run.code).toBe(0);
    expect(run.outputs).toMatchObject({ unchanged: 'true', revision: first, exposure: 'private' });
    expect(run.outputs.reason).toContain('nothing was uploaded or built');
    expect(world.writes(sentBefore)).toEqual([]);
    expect(world.requests(sentBefore).join('\n')).not.toContain('generateUploadUrl');
  });

  test('a dry run prints what would change on function, source and service, and sends no write', async () => {
    const sentBefore = world.requestCount;
    const run = await world.deploy({
      source_dir: folder,
      memory: '1Gi',
      dry_run: 'true',
      environment_variables: 'MODE=slow',
    });
    expect(run.code).toBe(0);
    expect(world.writes(sentBefore)).toEqual([]);
    expect(run.log).toContain('~ serviceConfig.availableMemory: 256M -> 1Gi');
    expect(run.log).toContain('- serviceConfig.environmentVariables.LANGUAGES (was (7 characters))');
    expect(run.log).toContain('~ serviceConfig.environmentVariables.MODE: another value');
    expect(run.log).toContain(`traffic ${first} 100 % -> new revision 100 %`);
    expect(run.outputs.reason).toContain('Dry run, nothing was changed.');
  });

  test('an update sends only leaf fields, and moves traffic only after the second proof', async () => {
    const sentBefore = world.requestCount;
    const run = await world.deploy({ source_dir: folder, memory: '512Mi' });
    expect(run.log).toContain('Passed: Deployed ocr');
    const second = run.outputs.revision ?? '';
    expect(second).not.toBe(first);
    expect(run.outputs.previous_revision).toBe(first);
    const requests = world.requests(sentBefore);
    const patch = requests.find((line) => line.startsWith('PATCH cloudfunctions')) ?? '';
    const mask = decodeURIComponent(patch.split('updateMask=')[1] ?? '')
      .split('&')[0]
      ?.split(',')
      .sort();
    expect(mask).toEqual(
      [
        'buildConfig.entryPoint',
        'buildConfig.source',
        'labels',
        'serviceConfig.allTrafficOnLatestRevision',
        'serviceConfig.availableMemory',
      ].sort(),
    );
    const calls = requests
      .filter((line) => /^PATCH|services\/ocr:getIamPolicy/.test(line))
      .map((line) => line.split(/[?:]/)[0]);
    const service = `run /v2/${world.client.parent}/services/ocr`;
    expect(calls).toEqual([
      `GET ${service}`,
      `PATCH ${service}`,
      `PATCH cloudfunctions /v2/${world.client.parent}/functions/ocr`,
      `GET ${service}`,
      `PATCH ${service}`,
    ]);
    const fn = await world.function();
    expect(fn.serviceConfig).toMatchObject({
      availableMemory: '512Mi',
      maxInstanceCount: 3,
      environmentVariables: { LANGUAGES: 'eng,kor', MODE: 'fast' },
    });
    expect((await world.service()).traffic).toEqual([
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 },
    ]);
  });

  test('no_traffic leaves the new revision at 0 %, and a later run gives it traffic without a build', async () => {
    const before = (await world.function()).serviceConfig.revision;
    const held = await world.deploy({ source_dir: folder, memory: '1Gi', no_traffic: 'true' });
    expect(held.code).toBe(0);
    expect(held.outputs.reason).toContain('gets no traffic yet');
    expect(JSON.parse(held.outputs.traffic ?? '')).toEqual([{ revision: before, percent: 100 }]);
    const sentBefore = world.requestCount;
    const taken = await world.deploy({ source_dir: folder, memory: '1Gi' });
    expect(taken.code).toBe(0);
    expect(taken.outputs.revision).toBe(held.outputs.revision);
    expect(taken.outputs.unchanged).toBe('false');
    expect(world.requests(sentBefore).join('\n')).not.toContain('generateUploadUrl');
    expect(JSON.parse(taken.outputs.traffic ?? '')).toEqual([
      { revision: held.outputs.revision, percent: 100 },
    ]);
  });

  test('secrets become variables and volumes, direct VPC egress goes out as JSON', async () => {
    const run = await world.deploy({
      source_dir: folder,
      secrets: '# as a variable\nAPI_KEY=ocr-key:3\n/secrets/tls/key=other-project/tls/latest',
      direct_vpc_network_interface: 'network=default,subnetwork=default,tags=ocr egress',
      direct_vpc_egress: 'ALL_TRAFFIC',
    });
    expect(run.log).toContain('Passed: Deployed ocr');
    expect((await world.function()).serviceConfig).toMatchObject({
      secretEnvironmentVariables: [
        { key: 'API_KEY', projectId: world.sandbox.project, secret: 'ocr-key', version: '3' },
      ],
      secretVolumes: [
        {
          mountPath: '/secrets/tls',
          projectId: 'other-project',
          secret: 'tls',
          versions: [{ version: 'latest', path: 'key' }],
        },
      ],
      directVpcNetworkInterface: [{ network: 'default', subnetwork: 'default', tags: ['ocr', 'egress'] }],
      directVpcEgress: 'VPC_EGRESS_ALL_TRAFFIC',
      availableMemory: '1Gi',
    });
  });
});

describe('as a replacement for deploy-cloud-functions@v4', () => {
  test('after an auth step service_account means the account of the function, and the inputs mean what they did', async () => {
    const { env } = world.sandbox;
    const login = await runAction('auth', {
      inputs: {
        workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
        service_account: env.SERVICE_ACCOUNT ?? '',
      },
      env,
    });
    expect(login.code).toBe(0);
    const runtime = `runtime@${world.sandbox.project}.iam.gserviceaccount.com`;
    const run = await world.deploy(
      {
        workload_identity_provider: '',
        service_account: runtime,
        project_id: '',
        name: 'events',
        runtime: 'nodejs24',
        source_dir: world.source(files),
        dry_run: 'true',
        memory: '512Mb',
        cpu: '2000m',
        service_timeout: '90s',
        vpc_connector: 'my-connector',
        labels: 'team=vision, tier=gold',
        build_service_account: 'builder@p.iam.gserviceaccount.com',
        event_trigger_type: 'google.cloud.storage.object.v1.finalized',
        event_trigger_filters: 'bucket=uploads\nname=PATTERN:in/*',
        event_trigger_retry: 'false',
      },
      { env: login.exported, temp: login.temp },
    );
    expect(visible(run)).toContain('Passed: Dry run');
    for (const line of [
      `+ serviceConfig.serviceAccountEmail = ${runtime}`,
      '+ serviceConfig.availableMemory = 512M',
      '+ serviceConfig.availableCpu = 2000m',
      '+ serviceConfig.timeoutSeconds = 90',
      `+ serviceConfig.vpcConnector = ${world.client.parent}/connectors/my-connector`,
      '+ labels.team = vision',
      '+ labels.tier = gold',
      `+ buildConfig.serviceAccount = projects/${world.sandbox.project}/serviceAccounts/builder@p.iam.gserviceaccount.com`,
      '+ eventTrigger.eventType = google.cloud.storage.object.v1.finalized',
      '+ eventTrigger.eventFilters = [{"attribute":"bucket","value":"uploads"},{"attribute":"name","value":"in/*","operator":"match-path-pattern"}]',
      '+ eventTrigger.retryPolicy = RETRY_POLICY_DO_NOT_RETRY',
    ])
      expect(run.log).toContain(line);
  });
});

describe('what is refused before anything is written', () => {
  const refuse = async (inputs: Record<string, string>, text: string | RegExp) => {
    const sentBefore = world.requestCount;
    const run = await world.deploy({ runtime: 'nodejs24', name: 'other', ...inputs });
    expect(run.code).toBe(1);
    expect(visible(run)).toMatch(text);
    expect(world.writes(sentBefore)).toEqual([]);
    return run;
  };

  test('a file in the folder whose name marks it as a secret', async () => {
    const run = await refuse(
      {
        source_dir: world.source({
          ...files,
          '.gcloudignore': '',
          '.env': 'A=1',
          '.npmrc': '//npm.pkg.github.com/:_authToken=abcdef0123456789\n',
        }),
      },
      /2 files of the source may not be uploaded: \.env: an environment file.*\.npmrc: a token of an npm registry/,
    );
    expect(run.log).toMatch(/'\/.env' '\/.npmrc' >> \S*\.gcloudignore/);
  });

  test('a main file that .gitignore leaves out, and a lock file that does not fit', async () => {
    const main = await refuse(
      {
        source_dir: world.source({
          'package.json': '{"main":"dist/index.js"}',
          'dist/index.js': 'exports.ocr = () => {};',
          '.gitignore': 'dist\n',
        }),
      },
      /package\.json names dist\/index\.js as main, and \.gitignore leaves dist\/index\.js out of the upload.*The build would fail after the upload/,
    );
    expect(main.log).toMatch(/'#!include:\.gitignore' '!\/dist' > \S*\.gcloudignore/);
    const lock = await refuse(
      {
        source_dir: world.source({
          ...files,
          'package.json': '{"dependencies":{"semver":"^7.0.0"}}',
          'package-lock.json': '{"packages":{}}',
        }),
      },
      /package-lock\.json does not fit package\.json: semver \^7\.0\.0/,
    );
    expect(lock.log).toMatch(/npm --prefix \S+ install --package-lock-only/);
  });

  test('the same files are accepted once they are ignored', async () => {
    const folder = world.source({ ...files, '.gcloudignore': '.env\n', '.env': 'A=1' });
    const run = await world.deploy({
      runtime: 'nodejs24',
      name: 'other',
      source_dir: folder,
      dry_run: 'true',
    });
    expect(run.code).toBe(0);
    expect(run.log).toContain('4 files by .gcloudignore, 1 left out');
  });

  test('the credentials file of an earlier step and .git are left out, and the log says so', async () => {
    const folder = world.source({
      ...files,
      '.gcloudignore': '',
      'lib/gha-creds-0123.json': '{}',
      '.git/config': '',
    });
    const run = await world.deploy({
      runtime: 'nodejs24',
      name: 'other',
      source_dir: folder,
      dry_run: 'true',
    });
    expect(run.code).toBe(0);
    expect(run.log).toMatch(
      /Not uploaded: \.git, lib\/gha-creds-0123\.json\n.*\.git: the history of the repository[\s\S]*gha-creds-0123\.json: the credentials file of google-github-actions\/auth/,
    );
  });

  test.each([
    ['nodejs20', /nodejs20 was removed \(.*decommissioned 2026-10-3\d.*\).*Use runtime: nodejs\d+/],
    ['python39', /python39 was removed .*Use runtime: python3\d+/],
    ['node24', /node24 is not in Google's list/],
  ])('runtime %s', async (runtime, text) => {
    await refuse({ source_dir: world.source(files), runtime }, text);
  });

  test('a first-generation function', async () => {
    const name = `${world.client.parent}/functions/legacy`;
    await world.fault({
      api: 'cloudfunctions',
      method: 'GET',
      path: '/functions/legacy',
      times: 1,
      fault: { status: 200, body: { name, environment: 'GEN_1', state: 'ACTIVE' } },
    });
    await refuse(
      { source_dir: world.source(files), name: 'legacy' },
      /legacy is a first-generation function.*gcloud alpha functions upgrade legacy --project=\S+ --region=\S+ --setup-config/,
    );
    await world.clearFaults();
  });

  test('every wrong input, all in one error', async () => {
    const run = await refuse(
      {
        name: 'Bad_Name!',
        memory: 'lots',
        environment: 'GEN_1',
        labels: 'Team=x',
        secrets: 'A=b:c:d',
        service_timeout: '2h',
        event_trigger_retry: 'true',
        environment_variables: 'PORT=1',
      },
      /8 inputs are wrong/,
    );
    for (const input of [
      'name',
      'memory',
      'environment',
      'labels',
      'secrets',
      'service_timeout',
      'event_trigger_type',
      'environment_variables',
    ])
      expect(run.log).toContain(`${input}: `);
    expect(world.requests().length).toBeGreaterThan(0);
  });

  test('a folder that does not exist', async () => {
    await refuse(
      { source_dir: 'no/such/folder' },
      /source folder no\/such\/folder does not exist.*actions\/checkout/,
    );
  });
});

test('at no moment could a function be reached without a token', async () => {
  const { body } = await world.client.control('GET', '/reachability');
  expect(body.samples).toBeGreaterThan(20);
  expect(body).toMatchObject({ everReachable: false, sightings: [] });
});
