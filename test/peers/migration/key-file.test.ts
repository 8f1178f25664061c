import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, type Json } from '../../sandbox/support/client.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';
import { Page } from './page.ts';
import { type State, stateOf, still } from './state.ts';
import { MigrationWorld } from './world.ts';

/** The page that leads away from gcloud and a key file: the old command by a real gcloud, the release by the bundle, then the clean-up. */

jest.setTimeout(300_000);

const withGcloud = WarmGcloud.isHere() ? test : test.skip;
if (!WarmGcloud.isHere())
  console.warn('Skipped: the move from a key file with a real gcloud, which is not installed here.');

let world: MigrationWorld | undefined;
beforeAll(async () => {
  if (WarmGcloud.isHere()) world = await MigrationWorld.start();
});
afterAll(() => world?.stop());
const here = () => world as MigrationWorld;
const page = () => new Page('from-key-file', here().sandbox);

/** The function without what every deploy changes: its source, its build, and the revision. */
async function functionOf(): Promise<Json> {
  const { body } = await new Client(here().sandbox).function('ocr_api');
  const { buildConfig, serviceConfig, ...rest } = still(body);
  const { source: _, sourceToken: __, build: ___, ...build } = buildConfig;
  // A release pins the traffic to the revision that it promotes, as the page says.
  const { revision: ____, allTrafficOnLatestRevision: _____, ...service } = serviceConfig;
  return { ...rest, buildConfig: build, serviceConfig: service };
}
/** The service without the image and the revision that a build makes. */
function serviceOf({ service }: State): Json {
  const copy = structuredClone(service);
  delete copy.template.revision;
  for (const container of copy.template.containers) delete container.image;
  return copy;
}

withGcloud(
  'the release takes the place of the command, and nothing but code and traffic changes',
  async () => {
    const { sandbox } = here();
    const old = String(
      page()
        .workflow('before')
        .find(({ run }) => run)?.run,
    );
    const command = `${old} --region=${sandbox.region}`;
    expect(await here().refused(command)).toContain('Runtime python39 is decommissioned');
    await here().paste(command.replace('python39', 'python313'));
    await here().paste(
      `gcloud functions deploy ocr_api --region=${sandbox.region} --update-env-vars=BY_HAND=1 --update-labels=by-hand=yes`,
    );
    const before = [await functionOf(), serviceOf(await stateOf(sandbox, 'ocr-api'))];
    const { policy } = await stateOf(sandbox, 'ocr-api');
    const { body } = await new Client(sandbox).function('ocr_api');

    const ran = await here().ours('release', {
      ...page().inputs('backstay-release/backstay@', 'after'),
      ...{ region: sandbox.region, github_token: 'token-of-the-job' },
      ...{ smoke_suite: 'none', slo: 'none', canary: 'none', duration: '1s' },
      force: 'true',
    });
    expect([ran.outputs.outcome, ran.outputs.url]).toEqual(['promoted', body.url]);
    const state = await stateOf(sandbox, 'ocr-api');
    expect([await functionOf(), serviceOf(state)]).toEqual(before);
    expect(state.policy).toEqual(policy);
  },
);

withGcloud('the page takes the key, the secret, the roles and the account away', async () => {
  const { sandbox, folder } = here();
  const account = `github-ci@${sandbox.project}.iam.gserviceaccount.com`;
  await here().paste(
    [
      'gcloud iam service-accounts create github-ci',
      `gcloud projects add-iam-policy-binding ${sandbox.project} --role=roles/editor --member=serviceAccount:${account}`,
      `gcloud iam service-accounts keys create '${folder}/key.json' --iam-account=${account}`,
    ].join('\n'),
  );
  const listed = await here().paste(page().shell('keys list'));
  const [key = ''] = /\b[0-9a-f]{40}\b/.exec(listed.output) ?? [];
  expect(key).not.toBe('');
  const roles = await here().paste(page().shell('get-iam-policy'));
  expect(roles.output.trim()).toBe('roles/editor');

  const gone = page().shell('keys delete').replaceAll('KEY_ID', key);
  const gh = `gh() { echo "$*" > '${folder}/gh'; }\n`;
  await here().paste(gone);
  const { output } = await here().paste(`${gh}${page().shell('gh secret delete')}cat '${folder}/gh'`);
  expect(output.trim()).toBe('secret delete GCP_SA_KEY --repo acme/ocr');
  expect((await here().paste(page().shell('keys list'))).output).not.toContain(key);
  await here().paste(page().shell('remove-iam-policy-binding'));
  expect(
    JSON.stringify(sandbox.world.policies.resources().map((one) => sandbox.world.policies.get(one))),
  ).not.toContain(account);
});
