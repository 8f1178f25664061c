import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { pushBuilt } from '../../sandbox/registry/pull.ts';
import { InlineInstance, parseInline } from '../../sandbox/revisions/inline.ts';
import { answers, DeployWorld, reportOf } from '../support/deploy-world.ts';

/**
 * An image in Artifact Registry of another project, under Google's own names. Two identities have to read it: the one of the job, and
 * the service agent of Cloud Run.
 */

jest.setTimeout(300_000);

const project = 'acme-images';
const image = `us-central1-docker.pkg.dev/${project}/containers/ocr:v1`;
const repository = `//artifactregistry.googleapis.com/projects/${project}/locations/us-central1/repositories/containers`;
const reader = 'roles/artifactregistry.reader';

let world: DeployWorld;
let folder: string;
const agent = () =>
  `service-${world.sandbox.world.projectNumber}@serverless-robot-prod.iam.gserviceaccount.com`;
const deployer = () => `serviceAccount:${world.sandbox.env.SERVICE_ACCOUNT}`;
const grant = (bindings: { role: string; members: string[] }[]) =>
  world.sandbox.world.policies.set(repository, bindings);

beforeAll(async () => {
  world = await DeployWorld.start({ proxy: {} });
  folder = world.source({ 'sandbox.json': answers('foreign') });
  const spec = parseInline(answers('foreign'));
  const instantiate = ({ revision, maxRequests }: { revision: string; maxRequests: number }) =>
    new InlineInstance(spec, { revision, maxRequests });
  pushBuilt(world.sandbox.world, image, { inline: spec, instantiate }, { folder });
});
afterAll(() => world.stop());

const deploy = (more: Record<string, string> = {}) =>
  world.deploy({ name: 'foreign', entry_point: '', image, ...more });

test('this identity may not read it: the deploy stops before a change, with the grant on the other project', async () => {
  grant([]);
  const ran = await deploy();
  expect([ran.code, world.writes()]).toEqual([1, []]);
  expect(ran.summary).toContain(
    `gcloud artifacts repositories add-iam-policy-binding containers --project=${project} --location=us-central1 --member=${deployer()} --role=${reader} --condition=None`,
  );
});

test('Cloud Run may not read it: told before the change if the policies can be read, and at the start in any case', async () => {
  grant([{ role: reader, members: [deployer()] }]);
  const command = `gcloud artifacts repositories add-iam-policy-binding containers --project=${project} --location=us-central1 --member=serviceAccount:${agent()} --role=${reader} --condition=None`;
  const silent = await deploy();
  expect([silent.code, reportOf(silent).findings.map(({ rule }) => rule)]).toEqual([1, []]);
  const [error] = reportOf(silent).errors;
  expect([error?.why, error?.commands]).toEqual([
    `The image is in project ${project}. Cloud Run reads it with the service agent of project ${world.sandbox.project}, which has no right there.`,
    [command],
  ]);

  // With the policies of the repository and of its project readable, the same is known beforehand.
  grant([{ role: 'roles/artifactregistry.admin', members: [deployer()] }]);
  world.sandbox.world.policies.set(`//cloudresourcemanager.googleapis.com/projects/${project}`, [
    { role: 'roles/browser', members: [deployer()] },
  ]);
  const told = await deploy();
  expect(told.code).toBe(1);
  const warning = told.log.indexOf(
    `the right of Cloud Run's service agent ${agent()} to read the repository`,
  );
  expect(warning).toBeGreaterThan(0);
  expect(warning).toBeLessThan(told.log.indexOf('::group::Image: '));
});

test('with both grants, the deploy passes', async () => {
  grant([{ role: reader, members: [deployer(), `serviceAccount:${agent()}`] }]);
  const ran = await deploy();
  if (ran.code !== 0) throw new Error(ran.log);
  expect(ran.outputs.image).toMatch(
    new RegExp(`^us-central1-docker.pkg.dev/${project}/containers/ocr@sha256:`),
  );
});
