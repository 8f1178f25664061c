import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { runState } from '../../sandbox/run/model.ts';
import { type GuardWorld, guardWorld, resources } from '../support/guard-world.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/** actions/guard as a runner starts it, on the sandbox. */
let w: GuardWorld;

beforeAll(async () => {
  w = await guardWorld();
}, 300_000);
afterAll(() => w?.stop());
afterEach(() => w.reset());

const everyone = { role: 'roles/run.invoker', members: ['allUsers'] };

const run = (inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<ActionRun> =>
  runAction('guard', {
    env: {
      ...w.sandbox.env,
      GITHUB_WORKFLOW_REF: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
      ...env,
    },
    inputs: {
      name: 'ocr',
      region: w.sandbox.region,
      workload_identity_provider: w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: w.sandbox.env.READER_SERVICE_ACCOUNT as string,
      project_id: w.sandbox.project,
      ...inputs,
    },
  });

const writes = () =>
  w.sandbox.world.requests.filter(({ method, path }) => method === 'PATCH' || path.includes(':setIamPolicy'));
const asDeployer = () => ({ service_account: w.sandbox.env.SERVICE_ACCOUNT as string });

interface Sarif {
  version: string;
  runs: {
    results: {
      ruleId: string;
      level: string;
      partialFingerprints: Record<string, string>;
      locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
    }[];
  }[];
}
const sarifOf = (of: ActionRun) => JSON.parse(readFileSync(of.outputs.sarif as string, 'utf8')) as Sarif;

interface GuardReport {
  evidence: { exposure: { attackPath: { call: string }[] } };
  errors: { what: string }[];
}
const reportOf = (of: ActionRun) => of.report as unknown as GuardReport;

describe('what the verdict rests on', () => {
  test('a sandbox is named in the log, the summary and the report, but is not a finding', async () => {
    const ended = await run();
    expect(ended.outputs.exposure).toBe('private');
    expect(ended.log).toMatch(
      /This verdict rests on more than Google Cloud: .*run.* at 127\.0\.0\.1 \(this machine\)/,
    );
    expect(ended.summary).toContain('### What this verdict rests on');
    const { rests_on: basis } = ended.report as {
      rests_on: { endpoints: { api: string; loopback: boolean }[] };
    };
    expect(basis.endpoints).toContainEqual(expect.objectContaining({ api: 'run', loopback: true }));
    expect(JSON.stringify(ended.report)).not.toContain('foreign-endpoint');
  });

  test('a login that another step sends elsewhere is refused before anything is sent', async () => {
    const before = w.sandbox.world.requests.length;
    const ended = await run({}, { GHA_ENDPOINT_OVERRIDE_sts: 'https://sts.evil.example/v1' });
    expect(ended.code).toBe(1);
    expect(ended.log).toContain('sends the login to sts.evil.example, which is not Google');
    expect(ended.log).toContain('trusted_endpoints: sts.evil.example');
    const sent = w.sandbox.world.requests.slice(before).map(({ api }) => api);
    expect(sent.filter((api) => api === 'sts')).toEqual([]);
  });
});

describe('verify', () => {
  test('a reader proves completely that a function is private, without a write', async () => {
    const ended = await run({ require_proof: 'complete' });
    expect(ended.outputs).toMatchObject({ verdict: 'pass', exposure: 'private', proof: 'complete' });
    expect(ended.code).toBe(0);
    expect(ended.log).toMatch(/Passed: ocr is private/);
    expect(writes()).toEqual([]);
    expect(ended.summary).toContain('### Exposure: ✅ private, proof complete');
    expect(sarifOf(ended).version).toBe('2.1.0');
  });

  test('a deployer that cannot read folders gets a partial proof, the list of what was not read, and a role for it', async () => {
    const ended = await run(asDeployer());
    expect(ended.outputs).toMatchObject({ verdict: 'pass', exposure: 'private', proof: 'partial' });
    expect(ended.code).toBe(0);
    expect(ended.outputs.reason).toContain('resourcemanager.folders.getIamPolicy');
    expect(ended.log).toContain('gcloud iam roles create backstayGuardAbove --organization=567890123456');
    expect(ended.summary).toContain('- resourcemanager.folders.getIamPolicy');

    const strict = await run({ ...asDeployer(), require_proof: 'complete' });
    expect(strict.outputs).toMatchObject({ verdict: 'inconclusive', exposure: 'private', proof: 'partial' });
    expect(strict.code).toBe(1);
  }, 300_000);

  test('a public function fails, with the shortest way in, the command, an annotation and SARIF', async () => {
    w.set(w.policy, everyone);
    const ended = await run();
    expect(ended.code).toBe(1);
    expect(ended.outputs).toMatchObject({ verdict: 'fail', outcome: 'exposed', exposure: 'public' });
    const command = `gcloud run services remove-iam-policy-binding ocr --project=${w.sandbox.project} --region=${w.sandbox.region} --member=allUsers --role=roles/run.invoker --condition=None`;
    expect(ended.log).toContain(command);
    expect(ended.log).toMatch(/::error title=ocr exposed::/);
    expect(ended.summary).toContain('**Shortest way in**');
    expect(ended.summary).toContain(command);
    expect(writes()).toEqual([]);
    const [first] = sarifOf(ended).runs[0]?.results ?? [];
    expect(first).toMatchObject({ ruleId: 'public-binding', level: 'error' });
    expect(first?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('.github/workflows/release.yml');
    expect(first?.partialFingerprints).toEqual({
      primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/),
      'backstay/v1': expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const { exposure } = reportOf(ended).evidence;
    expect(exposure.attackPath.length).toBeGreaterThan(0);
    expect(exposure.attackPath.every(({ call }) => call !== '')).toBe(true);
  });
});

test('finds an API Gateway that needs no key or token', async () => {
  const role = `projects/${w.sandbox.project}/roles/gatewayReader`;
  const includedPermissions = ['apigateway.gateways.list', 'apigateway.apiconfigs.get'];
  w.sandbox.world.roles.define({ name: role, title: 'r', stage: 'GA', etag: 'AA==', includedPermissions });
  const { project } = resources(w.sandbox);
  const members = [`serviceAccount:${w.sandbox.env.READER_SERVICE_ACCOUNT}`];
  w.set(project, ...w.sandbox.world.policies.get(project).bindings, { role, members });
  const url = runState(w.sandbox.world).services.get(w.service)?.doors.get('service')?.url;
  const document = `swagger: "2.0"\npaths:\n  /ocr:\n    post:\n      x-google-backend: {address: "${url}"}\n`;
  await w.client.control('PATCH', '/settings', {
    gateways: { front: { host: 'front.uc.gateway.dev', document } },
  });
  const ended = await run();
  await w.client.control('PATCH', '/settings', { gateways: {} });
  expect(ended.outputs).toMatchObject({ verdict: 'fail', exposure: 'public' });
  expect(ended.outputs.reason).toContain('API Gateway front forwards 1 of 1 operations');
});

describe('enforce', () => {
  test('closes, waits and proves again', async () => {
    w.set(w.policy, everyone);
    Object.assign(runState(w.sandbox.world).services.get(w.service) ?? {}, { invokerIamDisabled: true });
    const ended = await run({ ...asDeployer(), mode: 'enforce' });
    expect(ended.code).toBe(0);
    expect(ended.outputs).toMatchObject({ verdict: 'pass', exposure: 'private' });
    expect(ended.log).toMatch(/Waiting at most 420 s/);
    expect(ended.report?.actions_taken).toHaveLength(2);
    expect(ended.summary).toContain('**Repaired**');
  }, 300_000);

  test('a denied change ends with exposed, exit 1 and the exact command, and changes nothing', async () => {
    w.set(w.policy, everyone);
    const before = structuredClone(w.sandbox.world.policies.get(w.policy));
    const ended = await run({ mode: 'enforce' });
    expect(ended.code).toBe(1);
    expect(ended.outputs).toMatchObject({ outcome: 'exposed', exposure: 'public' });
    expect(ended.log).toMatch(/critical: Removing allUsers from roles\/run\.invoker was refused/);
    expect(ended.log).toContain('gcloud run services remove-iam-policy-binding ocr');
    expect(w.sandbox.world.policies.get(w.policy)).toEqual(before);
  });

  test('an inherited binding is left alone and fails with its name', async () => {
    const { folder } = resources(w.sandbox);
    w.set(folder, everyone);
    const ended = await run({ mode: 'enforce' });
    expect(ended.outputs).toMatchObject({ outcome: 'exposed', exposure: 'public' });
    expect(ended.log).toContain('gcloud resource-manager folders remove-iam-policy-binding 345678901234');
    expect(w.sandbox.world.policies.get(folder).bindings).toEqual([everyone]);
  });
});

describe('what fails', () => {
  test('every wrong input is reported at once', async () => {
    const ended = await run({
      name: 'Not A Name',
      region: 'mars',
      mode: 'hope',
      require_proof: 'some',
      trusted_principals: 'allUsers',
      probe_urls: 'ftp://x',
      propagation_timeout: 'soon',
    });
    expect(ended.code).toBe(1);
    const what = reportOf(ended).errors[0]?.what ?? '';
    for (const name of [
      'name',
      'region',
      'mode',
      'require_proof',
      'trusted_principals',
      'probe_urls',
      'propagation_timeout',
    ])
      expect(what).toContain(`${name}:`);
    expect(what).toMatch(/^7 inputs are wrong/);
    expect(w.sandbox.world.requests.filter(({ api }) => api !== 'control')).toEqual([]);
  });

  test('a function that does not exist fails, or is judged by what it would inherit', async () => {
    const missing = await run({ name: 'nothing' });
    expect(missing.code).toBe(1);
    expect(missing.log).toContain('The function nothing does not exist');
    expect(missing.log).toContain('gcloud functions list');
    const passed = await run({ name: 'nothing', if_missing: 'pass' });
    expect(passed).toMatchObject({ code: 0, outputs: { verdict: 'pass', exposure: 'private' } });
    expect(passed.outputs.reason).toContain('does not exist yet');
  }, 300_000);

  test('no token or piece of a token appears in the log, the summary, the report or the SARIF file', async () => {
    w.set(w.policy, everyone);
    const ended = await run({}, { RUNNER_DEBUG: '1' });
    const shown =
      ended.log.replace(/^::add-mask::.*$/gm, '') +
      ended.summary +
      JSON.stringify(ended.report) +
      JSON.stringify(sarifOf(ended));
    const secrets = [...ended.log.matchAll(/^::add-mask::(.+)$/gm)].map(([, secret]) => secret as string);
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets)
      for (let at = 0; at + 16 <= secret.length; at += 8)
        expect(shown).not.toContain(secret.slice(at, at + 16));
  });
});
