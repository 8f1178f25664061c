import { accountTitle, roles } from '../../../domain/conformance/names.ts';
import { textOf } from '../../../domain/data/json.ts';
import { needed, patiently } from '../google.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Makes the throw-away accounts, and lets the user act as them. */
export async function accounts(scene: Scene): Promise<void> {
  const { names, project, run, expires, member } = scene.stage;
  for (const role of roles) {
    scene.plan('account', names.account(role));
    const create: Ask = {
      api: 'iam',
      method: 'POST',
      path: `v1/projects/${project}/serviceAccounts`,
      body: { accountId: names.accountId(role), serviceAccount: { displayName: accountTitle(run, expires) } },
      repeatable: true,
    };
    const answer = await scene.ask(create, ['email']);
    // Its own first attempt may have taken effect although the answer was lost.
    if (answer.status !== 409) needed(create, answer);
  }
  scene.fresh();
  const read: Ask = {
    api: 'iam',
    method: 'POST',
    path: `v1/projects/-/serviceAccounts/${names.account('call')}:getIamPolicy`,
    body: {},
    repeatable: true,
  };
  // A new account can be missing for some seconds.
  await patiently(scene, { ...read, path: read.path.replace('projects/-', `projects/${project}`) }, ['etag']);
  const { status, body } = await scene.ask(read, ['etag']);
  scene.settle('dashStandsForProject', status === 200, { status });
  const etag = textOf(body.etag);
  if (etag !== undefined) scene.stage.memory.accountEtag = etag;
  for (const role of roles) {
    const bindings = [
      { role: 'roles/iam.serviceAccountTokenCreator', members: [member] },
      ...(role === 'run' ? [{ role: 'roles/iam.serviceAccountUser', members: [member] }] : []),
    ];
    const grant: Ask = {
      api: 'iam',
      method: 'POST',
      path: `v1/projects/${project}/serviceAccounts/${names.account(role)}:setIamPolicy`,
      body: { policy: { bindings } },
      repeatable: true,
    };
    needed(grant, await patiently(scene, grant));
  }
}
