import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { Client, inline } from '../../sandbox/support/client.ts';
import { commands, sample } from './commands.ts';
import { documentedSetUp, hasGcloud, ownerEnvironment, runAll, shell } from './gcloud.ts';

const installed = hasGcloud();
if (!installed) console.log('Skipped: calls of the sandbox with gcloud, which is not installed here.');
const withGcloud = installed ? test : test.skip;
// Each call of gcloud takes seconds on a busy machine.
jest.setTimeout(600_000);

let sandbox: Sandbox;
let home: string;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
  home = mkdtempSync(join(tmpdir(), 'bs-clients-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

withGcloud('gcloud sets up a login, deploys, and reads and moves traffic with gcloud run', async () => {
  const some = sample(commands(sandbox.project, sandbox.region));
  expect(some.length).toBeGreaterThan(9);
  const ran = await runAll(some, await ownerEnvironment(sandbox, home), home);
  console.log(`gcloud: ${ran.filter(({ error }) => !error).length} of ${ran.length} calls worked`);
  expect(ran.filter(({ error }) => error)).toEqual([]);
});

withGcloud(
  'the documented set-up of a login works from nothing, and a job then deploys with it',
  async () => {
    const patch = (content: unknown) =>
      fetch(`${sandbox.control}/settings`, { method: 'PATCH', body: JSON.stringify(content) });
    const email = (id: string) => `${id}@${sandbox.project}.iam.gserviceaccount.com`;
    const { WORKLOAD_IDENTITY_PROVIDER: seeded = '' } = sandbox.env;
    const pool = seeded.replace(/\/providers\/.*/, '');
    const project = `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`;
    const runtime = `${sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
    // A new project: no pool, no account but the one that Google makes, and nobody but its owner has a role.
    await patch({
      pools: { [pool]: null },
      providers: { [seeded]: null },
      serviceAccounts: { [email('deployer')]: null, [email('invoker')]: null, [email('reader')]: null },
      policies: {
        [project]: [{ role: 'roles/owner', members: ['user:owner@example.com'] }],
        [`//iam.googleapis.com/projects/${sandbox.project}/serviceAccounts/${runtime}`]: [],
      },
      services: { 'sts.googleapis.com': 'DISABLED', 'iamcredentials.googleapis.com': 'DISABLED' },
    });
    const blocks = documentedSetUp(sandbox.project, sandbox.region);
    expect(blocks.length).toBeGreaterThanOrEqual(4);
    const env = await ownerEnvironment(sandbox, home);
    // The shared part, then "1. Impersonation". What "3. A separate invoker" needs is a function, which comes later.
    const script = blocks.slice(0, 2).join('\n');
    expect(script).toContain('create-oidc');
    expect(script).toContain('service-accounts create deployer');
    expect((await shell(script, env, home)).error).toBeUndefined();

    const deployer = email('deployer');
    const roles = ['roles/cloudfunctions.developer', 'roles/run.admin'].map(
      (role) =>
        `gcloud projects add-iam-policy-binding ${sandbox.project} --role=${role} --member=serviceAccount:${deployer}`,
    );
    const actAs = `gcloud iam service-accounts add-iam-policy-binding ${runtime} --role=roles/iam.serviceAccountUser --member=serviceAccount:${deployer}`;
    expect((await shell([...roles, actAs].join('\n'), env, home)).error).toBeUndefined();

    const name = /create-oidc (\S+)/.exec(script)?.[1];
    const token = await login(`${pool}/providers/${name}`, deployer);
    const file = join(home, 'job-token');
    writeFileSync(file, token);
    const job = new Client({ ...sandbox, env: { ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: file } });
    const ended = await job.deploy('ocr-api', inline(200));
    expect(ended.error).toBeUndefined();

    // "2. Direct" and "3. A separate invoker", whose last command names the function's service.
    const rest = blocks.slice(2).join('\n');
    expect(rest).toContain('gcloud run services add-iam-policy-binding ocr-api');
    const variables = script.match(/^(PROJECT|NUMBER)=.*$/gm)?.join('\n');
    expect((await shell(`${variables}\n${rest}`, env, home)).error).toBeUndefined();
    const { body } = await job.api('run', 'GET', `/v2/${job.parent}/services/ocr-api:getIamPolicy`);
    expect(body.bindings).toEqual([
      { role: 'roles/run.invoker', members: [`serviceAccount:${email('invoker')}`] },
    ]);
  },
);

/** The three calls of a job: GitHub's token, Google's exchange, and the account's access token. */
async function login(provider: string, account: string): Promise<string> {
  const url = (api: string) => sandbox.world.urls.get(api) ?? '';
  const audience = `//iam.googleapis.com/${provider}`;
  const json = async (where: string, init: RequestInit) => {
    const answer = await fetch(where, init);
    const body = (await answer.json()) as Record<string, string>;
    expect({ status: answer.status, body: answer.ok ? {} : body }).toEqual({ status: 200, body: {} });
    return body;
  };
  const asked = `${sandbox.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(`https:${audience}`)}`;
  const github = await json(asked, {
    headers: { authorization: `Bearer ${sandbox.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  });
  const federated = await json(`${url('sts')}/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      audience,
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      subjectToken: github.value,
    }),
  });
  const minted = await json(
    `${url('iamcredentials')}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${federated.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scope: ['https://www.googleapis.com/auth/cloud-platform'] }),
    },
  );
  return minted.accessToken ?? '';
}
