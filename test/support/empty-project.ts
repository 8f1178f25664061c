import { emptyProject as emptied } from '../../sandbox/identity/empty.ts';
import { owner } from '../../sandbox/identity/seed.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { addBucket } from '../../sandbox/storage/state.ts';
import { everyBucket } from './setup-wish.ts';

export const ownerMember = `user:${owner}`;
export const emailOf = ({ project }: Sandbox, id: string) => `${id}@${project}.iam.gserviceaccount.com`;
export const projectResource = ({ project }: Sandbox) =>
  `//cloudresourcemanager.googleapis.com/projects/${project}`;

/** Makes the project of a sandbox that runs a new one, as `--empty` does at its start. */
export function emptyProject({ world, env }: Sandbox): void {
  const {
    WORKLOAD_IDENTITY_PROVIDER: provider = '',
    SERVICE_ACCOUNT: deployer = '',
    INVOKER_SERVICE_ACCOUNT: invoker = '',
    READER_SERVICE_ACCOUNT: reader = '',
  } = env;
  emptied(world, { provider, deployer, invoker, reader });
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
