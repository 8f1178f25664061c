import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { blocks, read, root } from '../../docs/pages.ts';
import { runAction } from '../../support/run-action.ts';
import { ownerToken } from '../clients/gcloud.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';

/** Blocks for a shell that a reader pastes, on pages that no other test follows: each is pasted here and does what its page says. */

jest.setTimeout(300_000);
const home = mkdtempSync(join(tmpdir(), 'bs-pasted-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const shells = (page: string) =>
  blocks(page)
    .filter(({ language }) => ['sh', 'shell', 'bash'].includes(language))
    .map(({ text }) => text);

describe('the README of auth', () => {
  const withGcloud = WarmGcloud.isHere() ? test : test.skip;
  let sandbox: Sandbox;
  let gcloud: WarmGcloud | undefined;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
  });
  afterAll(async () => {
    await gcloud?.stop();
    await sandbox.stop();
  });

  withGcloud('its three set-ups let this repository in, from its branch alone', async () => {
    const pool = /^(.*)\/providers\//.exec(sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '')?.[1] ?? '';
    const email = (id: string) => `${id}@${sandbox.project}.iam.gserviceaccount.com`;
    await fetch(`${sandbox.control}/settings`, {
      method: 'PATCH',
      body: JSON.stringify({
        pools: { [pool]: null },
        providers: { [sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '']: null },
        serviceAccounts: { [email('deployer')]: null, [email('invoker')]: null },
      }),
    });
    const token = join(home, 'owner-token');
    writeFileSync(token, await ownerToken(sandbox));
    gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
    const page = read('actions/auth/README.md');
    const part = page.slice(page.indexOf('## Three set-ups'), page.indexOf('## Permissions, exactly'));
    const setUps = shells('actions/auth/README.md').filter(
      (text) => part.includes(text.trim().split('\n')[0] as string) && !text.startsWith('gh '),
    );
    expect(setUps.length).toBe(4);
    const service = `gcloud run deploy ocr-api --image=us-docker.pkg.dev/cloudrun/container/hello --region=${sandbox.region} --no-allow-unauthenticated\n`;
    const text = service + setUps.join('\n');
    const pasted = await gcloud.paste(
      text.replaceAll('my-project', sandbox.project).replaceAll('europe-west1', sandbox.region),
      home,
    );
    expect([pasted.code, pasted.code ? pasted.errors : '']).toEqual([0, '']);

    const provider = `${pool.replace(/[^/]*$/, 'github')}/providers/acme-ocr`;
    const login = (inputs: Record<string, string>) =>
      runAction('auth', {
        cwd: home,
        env: sandbox.env,
        inputs: { workload_identity_provider: provider, create_credentials_file: 'false', ...inputs },
      });
    const impersonated = await login({ service_account: email('deployer') });
    expect([impersonated.code, impersonated.code ? impersonated.log : '']).toEqual([0, '']);
    const direct = await login({ project_id: sandbox.project });
    expect([direct.code, direct.code ? direct.log : '']).toEqual([0, '']);
    const caller = await login({
      invoker_service_account: email('invoker'),
      token_format: 'id_token',
      id_token_audience: 'https://ocr-api-abcdef-ew.a.run.app',
    });
    expect([caller.code, caller.code ? caller.log : '']).toEqual([0, '']);
    await fetch(`${sandbox.control}/claims`, {
      method: 'POST',
      body: JSON.stringify({ event_name: 'pull_request_target' }),
    });
    const stranger = await login({ service_account: email('deployer'), doctor: 'false' });
    expect([stranger.code, stranger.log.includes('rejected this run')]).toEqual([1, true]);

    // The file that the last block saves lets the doctor name the part, because a run that is refused cannot read the provider.
    const [save = ''] = shells('actions/auth/README.md').filter((block) => block.includes('provider.json'));
    const saved = await gcloud.paste(
      `mkdir .github\n${save.replaceAll('my-project', sandbox.project)}`,
      home,
    );
    expect([saved.code, saved.code ? saved.errors : '']).toEqual([0, '']);
    const named = await login({
      service_account: email('deployer'),
      provider_file: join(home, '.github/provider.json'),
    });
    expect([named.code, named.log]).toEqual([1, expect.stringContaining('part by part')]);
    expect(named.log).toMatch(/✗ assertion\.event_name != 'pull_request_target'/);
  });

  // GitHub's command line asks GitHub. Here the same call goes to the stand-in, and jq is what `--jq` runs.
  const withJq = spawnSync('jq', ['--version']).status === 0 ? test : test.skip;
  withJq('its call of GitHub prints the two ids of the condition', async () => {
    const [ask = ''] = shells('actions/auth/README.md').filter((text) => text.startsWith('gh api repos/'));
    const gh = `gh() { [ "$1 $3" = 'api --jq' ] && curl -sf -H 'authorization: Bearer t' "${sandbox.env.GITHUB_API_URL}/$2" | jq -r "$4"; }\n`;
    const child = spawn('bash', ['--norc', '-e', '-o', 'pipefail', '-c', gh + ask]);
    let printed = '';
    child.stdout.on('data', (part: Buffer) => {
      printed += part.toString();
    });
    const [code] = await once(child, 'close');
    expect([code, printed]).toEqual([0, 'repository_id 770001, owner_id 4211\n']);
  });
});

const pullRequests = WarmGcloud.isHere() ? test : test.skip;

pullRequests(
  'the page of pull requests lets runs of pull requests read, in a pool of their own',
  async () => {
    const sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
    const token = join(home, 'token-of-the-owner');
    writeFileSync(token, await ownerToken(sandbox));
    const gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
    try {
      const gh = `gh() { case "$*" in *.owner.id) echo 4211 ;; *) echo 770001 ;; esac; }\n`;
      const text = shells('docs/set-up/pull-requests.md').join('\n');
      const pasted = await gcloud.paste(gh + text.replaceAll('my-project', sandbox.project), home);
      expect([pasted.code, pasted.code ? pasted.errors : '']).toEqual([0, '']);
      const pool = `projects/${sandbox.world.projectNumber}/locations/global/workloadIdentityPools/plans`;
      const login = () =>
        runAction('auth', {
          cwd: home,
          env: sandbox.env,
          inputs: {
            workload_identity_provider: `${pool}/providers/plans`,
            service_account: `planner@${sandbox.project}.iam.gserviceaccount.com`,
            ...{ create_credentials_file: 'false', doctor: 'false' },
          },
        });
      const claim = (event_name: string) =>
        fetch(`${sandbox.control}/claims`, { method: 'POST', body: JSON.stringify({ event_name }) });
      await claim('pull_request');
      const planner = await login();
      expect([planner.code, planner.code ? planner.log : '']).toEqual([0, '']);
      await claim('push');
      expect((await login()).code).toBe(1);
      const policy = sandbox.world.policies.get(
        `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`,
      );
      const roles = policy.bindings.filter(({ members }) =>
        members.some((member) => member.includes('planner@')),
      );
      expect(roles.map(({ role }) => role).sort()).toEqual(['roles/browser', 'roles/cloudfunctions.viewer']);
    } finally {
      await gcloud.stop();
      await sandbox.stop();
    }
  },
);

test('the page of an organisation sets two variables for each repository', () => {
  const [text = ''] = shells('examples/organisation/README.md');
  const variables = JSON.stringify({
    ocr: { SERVICE_ACCOUNT: 'a@p.iam', INVOKER_SERVICE_ACCOUNT: 'b@p.iam', REGION: 'ignored' },
    invoices: { SERVICE_ACCOUNT: 'c@p.iam', INVOKER_SERVICE_ACCOUNT: 'd@p.iam' },
  });
  const script = `gh() { printf '%s\\n' "$*"; }
terraform() { case "$*" in *variables) printf '%s' '${variables}' ;; *) printf provider ;; esac; }
${text}`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-e', '-o', 'pipefail', '-c', script], {
    encoding: 'utf8',
    env: { PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
  });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    'variable set WORKLOAD_IDENTITY_PROVIDER --org acme --visibility all --body provider',
    'variable set REGION --org acme --visibility all --body europe-west1',
    'variable set SERVICE_ACCOUNT --repo acme/ocr --body a@p.iam',
    'variable set INVOKER_SERVICE_ACCOUNT --repo acme/ocr --body b@p.iam',
    'variable set SERVICE_ACCOUNT --repo acme/invoices --body c@p.iam',
    'variable set INVOKER_SERVICE_ACCOUNT --repo acme/invoices --body d@p.iam',
  ]);
});

test('the page of the sandbox starts it, points a shell at it, and controls it', async () => {
  const texts = shells('docs/understand/sandbox.md');
  const start = texts.find((text) => text.includes('npm run -s sandbox')) ?? '';
  const control = texts.find((text) => text.includes('$CONTROL/faults')) ?? '';
  const file = join(home, 'sandbox.json');
  const script = `${start.replaceAll('/tmp/sandbox.json', file)}
trap 'kill %1; wait' EXIT
${control.replaceAll('curl ', 'curl --silent --show-error --fail --output /dev/null ')}
printf '%s' "$GHA_ENDPOINT_OVERRIDE_run"
curl --silent --fail "$CONTROL/state" > /dev/null`;
  const child = spawn('bash', ['--norc', '-e', '-c', script], {
    cwd: root,
    env: {
      PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
      HOME: home,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors += part;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, code ? errors : '']).toEqual([0, '']);
  expect(output).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ ready: true });
});
