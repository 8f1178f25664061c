import type { BeliefId } from '../../../domain/conformance/catalog.ts';
import { type JsonObject, listOf, objectOf, textOf, valueAt } from '../../../domain/data/json.ts';
import { encodeName } from '../../../domain/data/resource-name.ts';
import {
  failOn,
  finished,
  getService,
  isSettled,
  latestOf,
  needed,
  patchService,
  patiently,
  settledService,
} from '../google.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Makes a service with a public image, and looks at what the API takes and shows. */
export async function service(scene: Scene): Promise<void> {
  const { names, labels, image } = scene.stage;
  const template: JsonObject = {
    serviceAccount: names.account('run'),
    scaling: { maxInstanceCount: 1 },
    containers: [{ image }],
  };
  scene.plan('service', names.image);
  const create: Ask = {
    api: 'run',
    method: 'POST',
    path: `v2/${names.parent}/services`,
    query: { serviceId: names.imageId },
    body: { labels: { ...labels }, ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY', template },
  };
  // The grant on the service account takes some time.
  const begun = needed(create, await patiently(scene, create));
  const { error } = await finished(scene, 'run', begun);
  failOn('The throw-away service', error);
  await digest(scene, image);
  await policies(scene);
  await masks(scene);
  await atOnce(scene);
  await etags(scene);
}

async function digest(scene: Scene, sent: string): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  const service = await settledService(scene, names.image, ['template.containers', 'latestReadyRevision']);
  const revision = latestOf(service) ?? '';
  const { body } = await scene.ask(
    { api: 'run', method: 'GET', path: `v2/${encodeName(names.image)}/revisions/${revision}` },
    ['containers'],
  );
  const imageIn = (container: unknown) => textOf(objectOf(container).image);
  const shown = imageIn(listOf(body.containers)[0]);
  const kept = imageIn(listOf(objectOf(service.template).containers)[0]);
  const holds = shown?.includes('@sha256:') === true && kept === sent;
  scene.settle('revisionShowsDigest', holds, { sent, 'of the revision': shown, 'of the template': kept });
}

async function policies(scene: Scene): Promise<void> {
  const { names, memory, region } = scene.stage;
  const path = `v2/${encodeName(names.image)}`;
  scene.fresh();
  const { body } = await scene.ask({ api: 'run', method: 'GET', path: `${path}:getIamPolicy` }, ['etag']);
  const etag = textOf(body.etag);
  scene.settle('newServiceHasEtag', etag !== undefined && memory.accountEtag !== undefined, {
    service: etag ?? null,
    account: memory.accountEtag ?? null,
  });
  scene.fresh();
  const permissions = ['run.revisions.get', 'run.routes.invoke'];
  const test = await scene.ask(
    {
      api: 'run',
      method: 'POST',
      path: `${path}:testIamPermissions`,
      body: { permissions },
      repeatable: true,
    },
    ['permissions'],
  );
  if (test.status === 200 || test.status === 400)
    scene.settle('serviceTestsAllPermissions', test.status === 200, { status: test.status });
  else scene.leave('serviceTestsAllPermissions', `The call was refused (${test.status}).`);
  scene.fresh();
  const number = memory.projectNumber ?? '';
  const iap = await scene.ask(
    {
      api: 'iap',
      method: 'POST',
      path: `v1/projects/${number}/iap_web/cloud_run-${region}/services/${names.imageId}:getIamPolicy`,
      body: {},
      repeatable: true,
    },
    ['etag'],
  );
  if (iap.status === 200 || iap.status === 400)
    scene.settle('iapResourceName', iap.status === 200, { status: iap.status });
  else
    scene.leave('iapResourceName', "IAP's API is not enabled, or you may not read its policies.", {
      status: iap.status,
    });
}

/** Which masks a PATCH takes. Every call only asks whether it would succeed. */
async function masks(scene: Scene): Promise<void> {
  const { names } = scene.stage;
  const now = needed(getService(names.image), await scene.look(getService(names.image)));
  const { template, traffic, labels, scaling = {}, ingress, customAudiences = [], description = '' } = now;
  const attempt = async (belief: BeliefId, mask: string, body: JsonObject, taken: boolean) => {
    scene.fresh();
    const { status } = await scene.ask({
      ...patchService(names.image, body, now.etag, { validateOnly: 'true' }),
      query: { updateMask: mask, validateOnly: 'true' },
    });
    if (status === 200 || status === 400) scene.settle(belief, (status === 200) === taken, { mask, status });
    else scene.leave(belief, `The call was refused for another reason (${status}).`, { mask });
  };
  await attempt(
    'patchTakesPartsOfTemplate',
    'template.containers,template.scaling.maxInstanceCount',
    { template },
    true,
  );
  await attempt('patchRefusesKeyOfMap', 'annotations.team', { annotations: { team: 'ocr' } }, false);
  const settings: JsonObject = {
    ...{ traffic, labels, scaling, ingress, customAudiences, description },
    ...{ iapEnabled: now.iapEnabled === true, defaultUriDisabled: now.defaultUriDisabled === true },
  };
  await attempt('patchTakesSettingsWithTraffic', Object.keys(settings).join(','), settings, true);
}

async function atOnce(scene: Scene): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  const before = needed(getService(names.image), await scene.look(getService(names.image)));
  const template = { ...objectOf(before.template), scaling: { maxInstanceCount: 2 } };
  const call = patchService(names.image, { template }, before.etag);
  const begun = needed(call, await scene.ask(call));
  const { body } = await scene.ask(getService(names.image), ['generation', 'reconciling']);
  const holds = body.generation !== before.generation || body.reconciling === true;
  scene.settle('patchShowsAtOnce', holds, {
    'generation before': before.generation,
    'generation at once': body.generation,
    reconciling: body.reconciling === true,
  });
  const { error } = await finished(scene, 'run', begun);
  failOn('The change of the template', error);
}

/** Changes traffic until the service was caught before it settled. */
async function etags(scene: Scene): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  for (let tries = 0; tries < 5; tries++) {
    const before = await settledService(scene, names.image, ['etag']);
    const revision = latestOf(before) ?? '';
    const pinned = textOf(valueAt(objectOf(listOf(before.traffic)[0]), 'revision')) !== undefined;
    const traffic: JsonObject = pinned
      ? { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }
      : { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent: 100 };
    const call = patchService(names.image, { traffic: [traffic] }, before.etag);
    needed(call, await scene.ask(call));
    const { body: during } = await scene.ask(getService(names.image), ['etag', 'reconciling']);
    if (isSettled(during)) continue;
    const after = await settledService(scene, names.image, ['etag']);
    return scene.settle('etagChangesWhenSettled', during.etag !== after.etag, {
      during: during.etag,
      after: after.etag,
    });
  }
  scene.leave('etagChangesWhenSettled', 'The service settled five times before it could be read.');
}
