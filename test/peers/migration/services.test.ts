import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { deployCloudrun, hasDeployCloudrun } from '../recordings/deploy-cloudrun.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';
import { Page } from './page.ts';
import { stateOf } from './state.ts';
import { MigrationWorld } from './world.ts';

/** The steps "before" on the pages run with real clients, the steps "after" with the built bundle, and nothing but the labels differs. */

jest.setTimeout(300_000);

const withGcloud = WarmGcloud.isHere() ? test : test.skip;
const withAction = WarmGcloud.isHere() && hasDeployCloudrun() ? test : test.skip;
if (!WarmGcloud.isHere())
  console.warn('Skipped: the migration pages with a real gcloud, which is not installed here.');
if (!hasDeployCloudrun())
  console.warn('Skipped: the migration page with the bundle of deploy-cloudrun, which .ci/run fetches.');

let world: MigrationWorld | undefined;
beforeAll(async () => {
  if (WarmGcloud.isHere()) world = await MigrationWorld.start();
});
afterAll(() => world?.stop());
const here = () => world as MigrationWorld;

withAction('from-deploy-cloudrun: the service is the same, and the next image comes alone', async () => {
  const { sandbox, gcloud } = here();
  const page = new Page('from-deploy-cloudrun', sandbox);
  const theirs = page.inputs('google-github-actions/deploy-cloudrun@', 'before');
  const first = await deployCloudrun(gcloud, theirs);
  expect([first.code, first.code ? first.log : '']).toEqual([0, '']);
  // What a console user has added: v3 keeps it, and so do we.
  await here().paste(
    `gcloud run services update ocr-api --region=${sandbox.region} --update-env-vars=BY_HAND=1 --update-secrets=OTHER=other:1 --update-labels=by-hand=yes --cpu-boost`,
  );
  const before = await stateOf(sandbox, 'ocr-api');

  const ran = await here().ours('deploy', page.inputs('backstay-release/backstay/actions/deploy@', 'after'));
  const after = await stateOf(sandbox, 'ocr-api');
  expect(imageOf(after)).toBe(ran.outputs.image);
  expect(withImage(after, imageOf(before))).toEqual(before.service);
  expect(after.policy).toEqual(before.policy);
  expect(ran.outputs.url).toBe(first.outputs.url);
  expect(JSON.stringify(after.service)).toContain('"by-hand":"yes"');
  expect(JSON.stringify(after.service)).toContain('"managed-by":"github-actions"');
  expect(JSON.stringify(after.service.template)).toContain('"name":"OTHER"');
});

withGcloud('from-gcloud-run: the command and the step make the same service', async () => {
  const { sandbox } = here();
  const page = new Page('from-gcloud-run', sandbox);
  const as = (name: string) => (text: string) => text.replaceAll('deploy ocr-api', `deploy ${name}`);
  await here().paste(as('by-gcloud')(page.shell('gcloud run deploy')));
  const before = await stateOf(sandbox, 'by-gcloud');
  const step = page.inputs('backstay-release/backstay/actions/deploy@', 'after');

  // Over the service of gcloud, and as a new one.
  const over = await here().ours('deploy', { ...step, name: 'by-gcloud' });
  const after = await stateOf(sandbox, 'by-gcloud');
  expect(withImage(after, imageOf(before))).toEqual(before.service);
  expect([after.policy, imageOf(after)]).toEqual([before.policy, over.outputs.image]);

  await here().ours('deploy', { ...step, name: 'by-step' });
  const made = await stateOf(sandbox, 'by-step');
  expect(settingsOf(made.service)).toEqual(settingsOf(after.service));
  expect(made.policy).toEqual(after.policy);
});

withGcloud('the commands that go back and clean up work', async () => {
  const { sandbox } = here();
  await here().paste(
    `gcloud run services update-traffic by-step --region=${sandbox.region} --set-tags=next=LATEST`,
  );
  const as = (text: string) => text.replaceAll(' ocr-api ', ' by-step ');
  await here().paste(as(new Page('from-deploy-cloudrun', sandbox).shell('--remove-tags')));
  await here().paste(as(new Page('from-gcloud-run', sandbox).shell('--to-latest')));
  await here().paste(as(new Page('from-gcloud-run', sandbox).shell('--execution-environment')));
  const { service } = await stateOf(sandbox, 'by-step');
  expect(service.template.executionEnvironment).toBe('EXECUTION_ENVIRONMENT_GEN2');
  const grant = new Page('from-deploy-cloudrun', sandbox).shell('remove-iam-policy-binding');
  await here().paste(grant.replace('remove-iam', 'add-iam'));
  await here().paste(grant);
});

interface Seen {
  service: { template: { containers: { image: string }[] } } & Record<string, unknown>;
}
const imageOf = (state: { service: unknown }) =>
  (state as Seen).service.template.containers[0]?.image as string;

/** The service as it would be with another image. */
function withImage(state: { service: unknown }, image: string): unknown {
  const copy = structuredClone((state as Seen).service);
  if (copy.template.containers[0]) copy.template.containers[0].image = image;
  return copy;
}

/** What a service is set to, without its name and its URLs, and without the labels that gcloud sets on a revision. */
function settingsOf(service: Record<string, unknown>): unknown {
  const copy = structuredClone(service) as Seen['service'] & { template: { labels?: unknown } };
  for (const own of ['name', 'uid', 'uri', 'urls', 'createTime']) delete copy[own];
  delete copy.template.labels;
  return copy;
}
