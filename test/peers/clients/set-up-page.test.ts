import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { blocks } from '../../docs/pages.ts';
import { runAction } from '../../support/run-action.ts';
import { hasGcloud, ownerEnvironment, shell } from './gcloud.ts';

/** docs/set-up/README.md, followed from an empty project to the end: its blocks with a real gcloud, then its release. */

const page = 'docs/set-up/README.md';
const withGcloud = hasGcloud() ? test : test.skip;
// Each call of gcloud takes seconds on a busy machine.
jest.setTimeout(600_000);

let sandbox: Sandbox;
let home: string;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0, iamPropagationMs: 0 });
  home = mkdtempSync(join(tmpdir(), 'bs-set-up-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

/** No pool, no account but the one that Google makes, no role but the owner's, and no API of the login. */
async function emptyTheProject(): Promise<void> {
  const { project, world, env } = sandbox;
  const email = (id: string) => `${id}@${project}.iam.gserviceaccount.com`;
  const provider = env.WORKLOAD_IDENTITY_PROVIDER as string;
  const compute = `${world.projectNumber}-compute@developer.gserviceaccount.com`;
  const body = {
    pools: { [provider.replace(/\/providers\/.*/, '')]: null },
    providers: { [provider]: null },
    serviceAccounts: { [email('deployer')]: null, [email('invoker')]: null, [email('reader')]: null },
    policies: {
      [`//cloudresourcemanager.googleapis.com/projects/${project}`]: [
        { role: 'roles/owner', members: ['user:owner@example.com'] },
      ],
      [`//iam.googleapis.com/projects/${project}/serviceAccounts/${compute}`]: [],
    },
    services: { 'sts.googleapis.com': 'DISABLED', 'iamcredentials.googleapis.com': 'DISABLED' },
  };
  await fetch(`${sandbox.control}/settings`, { method: 'PATCH', body: JSON.stringify(body) });
}

/** GitHub's command line: it answers with the ids of acme/ocr, and keeps what it was asked to set. */
function standInForGh(): string {
  const folder = join(home, 'bin');
  mkdirSync(folder);
  const script = `#!/bin/sh
printf '%s\\n' "$*" >> '${home}/gh.log'
case "$*" in *'--jq .id'*) echo 770001 ;; *'--jq .owner.id'*) echo 4211 ;; esac
`;
  writeFileSync(join(folder, 'gh'), script);
  chmodSync(join(folder, 'gh'), 0o755);
  return folder;
}

withGcloud('the page leads from nothing to a release, and back', async () => {
  await emptyTheProject();
  const env = await ownerEnvironment(sandbox, home);
  env.PATH = `${standInForGh()}:${env.PATH}`;
  const here = (text: string) =>
    text.replaceAll('my-project', sandbox.project).replaceAll('europe-west1', sandbox.region);
  const scripts = blocks(page)
    .filter(({ language }) => language === 'shell')
    .map(({ text }) => here(text));
  const last = scripts.findIndex((text) => text.includes('gh variable set'));
  const [narrower = '', forty = '', undo = ''] = scripts.slice(last + 1);
  expect([narrower, forty, undo].map((text) => text.split(' ', 2).join(' '))).toEqual([
    'gcloud run',
    'gcloud iam',
    'for account',
  ]);
  const names = 'PROJECT REGION NAME NUMBER REPO REPO_ID OWNER_ID MEMBER DEPLOYER INVOKER RUNTIME';
  const first = await shell(
    `${scripts.slice(0, last + 1).join('\n')}\ndeclare -p ${names} > names`,
    env,
    home,
  );
  expect(first.error).toBeUndefined();
  const later = (text: string) => shell(`. ./names\n${text}`, env, home);

  // What GitHub was told is what the workflow reads.
  const told = readFileSync(join(home, 'gh.log'), 'utf8');
  const variable = (name: string) => new RegExp(`variable set ${name} .*--body (\\S+)`).exec(told)?.[1] ?? '';
  expect(told).toContain('repos/acme/ocr/environments/prod%2Focr-api');
  const workflow = parse(here(blocks(page).find(({ language }) => language === 'yaml')?.text ?? ''));
  const given = workflow.jobs.release.with as Record<string, string>;
  process.env.BACKSTAY_FROM_SOURCE ??= '1';
  const { CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: _, ...job } = sandbox.env;
  const release = (more: Record<string, string>) =>
    runAction('release', {
      cwd: join(home, 'src'),
      timeoutMs: 120_000,
      env: job as Record<string, string>,
      inputs: {
        ...given,
        workload_identity_provider: variable('WORKLOAD_IDENTITY_PROVIDER'),
        service_account: variable('SERVICE_ACCOUNT'),
        invoker_service_account: variable('INVOKER_SERVICE_ACCOUNT'),
        // So that the test is short: the roles for a watch are in the table, which test/steps/preflight releases with.
        canary: 'none',
        duration: '1s',
        ...more,
      },
    });
  const plan = await release({ dry_run: 'true' });
  expect({ code: plan.code, log: plan.code === 0 ? '' : plan.log }).toEqual({ code: 0, log: '' });
  const done = await release({});
  expect({ outcome: done.outputs.outcome, log: done.code === 0 ? '' : done.log }).toEqual({
    outcome: 'promoted',
    log: '',
  });

  // The invoker's role moves from the project to the service.
  expect((await later(narrower)).error).toBeUndefined();
  const policies = await later(
    'gcloud projects get-iam-policy "$PROJECT" --format=json; gcloud run services get-iam-policy "$NAME" --region="$REGION" --format=json',
  );
  expect(policies.output.match(/roles\/run\.invoker/g)).toEqual(['roles/run.invoker']);
  expect((await release({ force: 'true' })).outputs.outcome).toBe('promoted');

  writeFileSync(join(home, 'repositories.txt'), 'acme/ocr\nacme/other\n');
  expect((await later(forty)).error).toBeUndefined();
  expect((await later(undo)).error).toBeUndefined();
  const left = await later('gcloud iam service-accounts list --format="value(email)"');
  expect(left.output).not.toMatch(/deployer@|invoker@/);
});
