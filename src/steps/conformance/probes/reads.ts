import type { BeliefId } from '../../../domain/conformance/catalog.ts';
import { listOf, objectOf, textOf, textsOf, valueAt } from '../../../domain/data/json.ts';
import { permissionChecks } from '../../../domain/preflight/permissions.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Reads that need nothing of ours. */
export async function reads(scene: Scene): Promise<void> {
  await includes(
    scene,
    'developerMayInvoke',
    ['roles/cloudfunctions.developer', 'roles/cloudfunctions.admin'],
    ['run.routes.invoke'],
  );
  await includes(
    scene,
    'sourceDeveloperMayCreate',
    ['roles/run.sourceDeveloper'],
    ['storage.buckets.create', 'artifactregistry.repositories.create'],
  );
  await includes(
    scene,
    'viewerMayDownloadImages',
    ['roles/viewer'],
    ['artifactregistry.repositories.downloadArtifacts'],
  );
  await customRoles(scene);
  await policies(scene);
  await location(scene);
  await storage(scene);
}

async function includes(
  scene: Scene,
  belief: BeliefId,
  roles: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  scene.fresh();
  const missing: string[] = [];
  for (const role of roles) {
    const { status, body } = await scene.ask({ api: 'iam', method: 'GET', path: `v1/${role}` }, [
      'name',
      'stage',
    ]);
    if (status !== 200) return scene.leave(belief, `${role} could not be read (${status}).`);
    const has = new Set(textsOf(body.includedPermissions));
    missing.push(
      ...wanted.filter((permission) => !has.has(permission)).map((permission) => `${role}: ${permission}`),
    );
  }
  scene.settle(belief, missing.length === 0, { roles: [...roles], permissions: [...wanted], missing });
}

/** Every permission that `init` puts into a role. */
async function customRoles(scene: Scene): Promise<void> {
  scene.fresh();
  const path = 'v1/permissions:queryTestablePermissions';
  const fullResourceName = `//cloudresourcemanager.googleapis.com/projects/${scene.stage.project}`;
  const levels = new Map<string, string>();
  let pageToken: string | undefined;
  let pages = 0;
  do {
    const body = { fullResourceName, pageSize: 1000, ...(pageToken ? { pageToken } : {}) };
    const answer = await scene.look({ api: 'iam', method: 'POST', path, body, repeatable: true });
    pages++;
    if (answer.status !== 200) {
      scene.note({ call: `POST iam ${path}`, status: answer.status, sent: body, answer: answer.body.error });
      return scene.leave('customRolesTakeOurPermissions', `The list was refused (${answer.status}).`);
    }
    // Google leaves the level out if custom roles may hold the permission.
    for (const one of listOf(answer.body.permissions).map(objectOf))
      levels.set(textOf(one.name) ?? '', textOf(one.customRolesSupportLevel) ?? 'SUPPORTED');
    pageToken = textOf(answer.body.nextPageToken) || undefined;
  } while (pageToken !== undefined && pages < 100);
  const wanted = [...new Set(permissionChecks.map(({ permission }) => permission))].sort();
  const refused = wanted.flatMap((permission) => {
    const level = levels.get(permission);
    return level === undefined || level === 'NOT_SUPPORTED' ? [`${permission}: ${level ?? 'unknown'}`] : [];
  });
  const testing = wanted.filter((permission) => levels.get(permission) === 'TESTING');
  scene.note({
    ...{ call: `POST iam ${path}`, status: 200, sent: { fullResourceName } },
    answer: { pages, permissions: levels.size },
  });
  scene.settle('customRolesTakeOurPermissions', refused.length === 0, {
    permissions: wanted.length,
    refused,
    testing,
  });
}

async function policies(scene: Scene): Promise<void> {
  scene.fresh();
  const { project } = scene.stage;
  const constraint = 'iam.allowedPolicyMemberDomains';
  const attachment = encodeURIComponent(`cloudresourcemanager.googleapis.com/projects/${project}`);
  const calls: [string, Ask][] = [
    [
      'organisation policy',
      {
        api: 'orgpolicy',
        method: 'GET',
        path: `v2/projects/${project}/policies/${constraint}:getEffectivePolicy`,
      },
    ],
    ['deny policies', { api: 'iam', method: 'GET', path: `v2/policies/${attachment}/denypolicies` }],
  ];
  const seen: Record<string, number> = {};
  for (const [what, call] of calls) seen[what] = (await scene.ask(call, ['name'])).status;
  const statuses = Object.values(seen);
  if (statuses.some((status) => status === 400 || status === 404))
    return scene.settle('policiesReadByProjectId', false, seen);
  if (statuses.every((status) => status === 200)) return scene.settle('policiesReadByProjectId', true, seen);
  scene.leave('policiesReadByProjectId', 'You may not read them, or an API is not enabled.', seen);
}

async function location(scene: Scene): Promise<void> {
  scene.fresh();
  const { project } = scene.stage;
  const { status, body } = await scene.ask({
    api: 'cloudfunctions',
    method: 'GET',
    path: `v2/projects/${project}/locations/us-centrall1/functions/none`,
  });
  const message = textOf(valueAt(body, 'error.message')) ?? '';
  const holds = /Permission denied on 'locations\/us-centrall1' \(or it may not exist\)/.test(message);
  scene.settle('wrongLocationIsDenied', holds, { status, message });
}

async function storage(scene: Scene): Promise<void> {
  scene.fresh();
  const permissions = ['storage.objects.create', 'storage.objects.get'];
  const { status, body } = await scene.ask(
    {
      api: 'cloudresourcemanager',
      method: 'POST',
      path: `v3/projects/${scene.stage.project}:testIamPermissions`,
      body: { permissions },
      repeatable: true,
    },
    ['permissions'],
  );
  if (status !== 200 && status !== 400)
    return scene.leave('projectTestsStorage', `The call was refused (${status}).`);
  scene.settle('projectTestsStorage', status === 200, { status, held: textsOf(body.permissions) });
}
