import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { serviceAccount } from '../../../sandbox/core/principals.ts';
import { functionState } from '../../../sandbox/functions/model.ts';
import { postureRole } from '../../../src/domain/setup/roles.ts';
import { resources } from '../../support/guard-world.ts';
import { useEverything } from '../../support/posture-everything.ts';
import { type PostureWorld, postureWorld } from '../../support/posture-world.ts';

/** What `init --may-see-posture` gives is enough for every row about the project, and nothing of it is too much. */

jest.setTimeout(300_000);
let w: PostureWorld;
let reader: string;
/** What the function says about its build. */
let build: { dockerRepository?: string | undefined };
const role = 'projects/sandbox-project/roles/backstayPosture';
beforeAll(async () => {
  w = await postureWorld();
  w.sandbox.world.disabledServices.delete('compute.googleapis.com');
  await useEverything(w);
  const url = w.running().doors.get('service')?.url;
  const document = `swagger: "2.0"
info: { title: a, version: "1" }
security: [{ key: [] }]
securityDefinitions: { key: { type: apiKey, name: key, in: query } }
paths:
  /ocr: { post: { operationId: ocr, x-google-backend: { address: "${url}" }, responses: { "200": { description: a } } } }
`;
  const { config } = functionState(w.sandbox.world).functions.get(
    `${w.client.parent}/functions/ocr`,
  ) as unknown as { config: { buildConfig: typeof build } };
  build = config.buildConfig;
  await w.settings({ gateways: { front: { host: 'front-1.uc.gateway.dev', document } } });
  reader = `reader-of-posture@${w.sandbox.project}.iam.gserviceaccount.com`;
  const { project } = resources(w.sandbox);
  const { bindings } = w.sandbox.world.policies.get(project);
  hold(postureRole.permissions);
  w.set(project, ...bindings, { role, members: [serviceAccount(reader).member] });
});
afterAll(() => w?.stop());

const tagged = { containers: [{ image: 'us-central1-docker.pkg.dev/sandbox-project/ocr/ocr:latest' }] };
const hold = (permissions: readonly string[]) =>
  w.sandbox.world.roles.define({
    ...{ name: role, title: 'test', includedPermissions: [...permissions], stage: 'GA', etag: 'AA==' },
  });

/** The permissions that rows name as missing, without those above the project. */
async function missing(
  permissions: readonly string[],
  gateways = false,
  buckets = ['ocr-input'],
): Promise<string[]> {
  hold(permissions);
  // A look takes a limited number of calls, so the gateway is there only for what is about it.
  w.sandbox.world.disabledServices[gateways ? 'delete' : 'add']('apigateway.googleapis.com');
  const { evidence } = await w.look({ buckets }, reader);
  return evidence.roles.flatMap((one) => (one.on === 'project' ? one.permissions : [])).sort();
}

test('no row lacks anything in the project but the files of the upload', async () => {
  expect(await missing(postureRole.permissions)).toEqual(['storage.objects.get']);
});

const without = async (permission: string) => {
  // Who may pass Identity-Aware Proxy is asked last of all, so the secret of the container is there only for the others.
  const [container] = (w.running().template?.containers ?? []) as { env?: unknown[] }[];
  const env = container?.env;
  if (container && permission.startsWith('iap.')) container.env = [];
  build.dockerRepository = permission.startsWith('artifactregistry.')
    ? `${w.client.parent}/repositories/gcf-artifacts`
    : undefined;
  const found = await missing(
    postureRole.permissions.filter((one) => one !== permission),
    permission.startsWith('apigateway.'),
    // The balancer comes last, and its calls are left out where the others take them all.
    /^(compute|iap)\./.test(permission) ? [] : ['ocr-input'],
  );
  if (container && env) container.env = env;
  return found;
};
const ofRevision = 'run.revisions.get';

test.each(postureRole.permissions.filter((one) => one !== ofRevision))(
  'without %s a row is unknown and names it',
  async (permission) => expect(await without(permission)).toContain(permission),
);

test('an image that the template names by a tag is looked up in the revision, and what that takes is named', async () => {
  Object.assign(w.running().template ?? {}, tagged);
  expect(await without(ofRevision)).toContain(ofRevision);
});
