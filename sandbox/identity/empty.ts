import { projectResource } from '../core/iam.ts';
import { user } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import { owner, type Seeded } from './seed.ts';
import { identityOf } from './state.ts';

/** The APIs that a new project has off. The others serve what the sandbox is asked before anything is set up. */
const off = [
  'cloudfunctions',
  'run',
  'cloudbuild',
  'artifactregistry',
  'logging',
  'iamcredentials',
  'sts',
  'iam',
];

/** Takes away what a careful owner has set up: the project is as new, and only its owner may enter. */
export function emptyProject(
  world: World,
  { provider, deployer, invoker, reader }: Pick<Seeded, 'provider' | 'deployer' | 'invoker' | 'reader'>,
): void {
  const { pools, providers, accounts } = identityOf(world);
  pools.delete(provider.replace(/\/providers\/.*/, ''));
  providers.delete(provider);
  for (const email of [deployer, invoker, reader]) accounts.delete(email);
  for (const api of off) world.disabledServices.add(`${api}.googleapis.com`);
  const { policies } = world;
  for (const resource of policies.resources()) {
    const kept =
      resource === projectResource(world) ? [{ role: 'roles/owner', members: [`user:${owner}`] }] : [];
    policies.set(resource, kept, 'once');
  }
}

/** The owner's access token for gcloud. It lives for one day. */
export function ownerToken(world: World): string {
  const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
  return world.tokens.issue(
    { principal: user(owner), scopes, expires: world.now() + 24 * 3600 * 1000 },
    'ya29.c.',
  );
}
