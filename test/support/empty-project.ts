import type { Sandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { addBucket } from '../../sandbox/storage/state.ts';
import { everyBucket } from './setup-wish.ts';

export const ownerMember = 'user:owner@example.com';
export const emailOf = ({ project }: Sandbox, id: string) => `${id}@${project}.iam.gserviceaccount.com`;
export const projectResource = ({ project }: Sandbox) =>
  `//cloudresourcemanager.googleapis.com/projects/${project}`;

/** A new project: no pool, no account but the one that Google makes, most APIs off, and only its owner has a role. */
export async function emptyProject(sandbox: Sandbox): Promise<void> {
  const { WORKLOAD_IDENTITY_PROVIDER: seeded = '' } = sandbox.env;
  const apis = [
    'cloudfunctions',
    'run',
    'cloudbuild',
    'artifactregistry',
    'logging',
    'iamcredentials',
    'sts',
    'iam',
  ];
  await fetch(`${sandbox.control}/settings`, {
    method: 'PATCH',
    body: JSON.stringify({
      pools: { [seeded.replace(/\/providers\/.*/, '')]: null },
      providers: { [seeded]: null },
      serviceAccounts: Object.fromEntries(
        ['deployer', 'invoker', 'reader'].map((id) => [emailOf(sandbox, id), null]),
      ),
      services: Object.fromEntries(apis.map((api) => [`${api}.googleapis.com`, 'DISABLED'])),
    }),
  });
  const { policies } = sandbox.world;
  for (const resource of policies.resources())
    policies.set(
      resource,
      resource === projectResource(sandbox) ? [{ role: 'roles/owner', members: [ownerMember] }] : [],
      'once',
    );
}

/** The buckets of `everyBucket`. Their owner may change their policies, as the owner of a project may with every new bucket. */
export function makeBuckets({ world }: Sandbox): void {
  for (const name of new Set(Object.values(everyBucket).flat())) {
    addBucket(world, name);
    const binding = { role: 'roles/storage.admin', members: [ownerMember] };
    world.policies.set(bucketResource(world, name), [binding], 'once');
  }
}

/** An access token of a person or an account, without a login. */
export async function tokenOf(sandbox: Sandbox, member = ownerMember): Promise<string> {
  const answer = await fetch(`${sandbox.control}/tokens`, {
    method: 'POST',
    body: JSON.stringify({ member }),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}
