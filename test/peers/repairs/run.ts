import type { Binding } from '../../../sandbox/core/types.ts';
import { identityOf } from '../../../sandbox/identity/state.ts';
import type { Sandbox } from '../../../sandbox/index.ts';
import { runState } from '../../../sandbox/run/model.ts';
import { secretsOf } from '../../../sandbox/secrets/state.ts';
import { argvOf } from './argv.ts';
import { identity, stateOf } from './cloud.ts';
import { condition, isPlain } from './condition.ts';
import { here } from './printed/here.ts';
import { grantOf } from './resource.ts';
import type { WarmGcloud } from './warm-gcloud.ts';

/** What a command did: the lines of state that came and went. */
export interface Effect {
  command: string;
  error: string | undefined;
  came: string[];
  went: string[];
}

/** Fills the policy that a command changes, so that it can lose something: other members, other roles, conditions. */
function preparePolicy({ world }: Sandbox, argv: readonly string[]): void {
  const grant = grantOf(argv);
  if (!grant) return;
  const { resource, role, member, verb, all } = grant;
  const own = world.policies
    .get(resource)
    .bindings.filter((binding) => !binding.condition && binding.role !== role);
  const bindings: Binding[] = [
    ...own,
    { role, members: ['user:kept@example.com', ...(verb === 'remove' ? [member] : [])] },
  ];
  if (!isPlain(argv.join(' ')))
    bindings.push({ role, members: ['user:later@example.com', ...(all ? [member] : [])], condition });
  world.policies.set(resource, bindings, 'once');
}

/** Makes what the command repairs. */
function prepare(sandbox: Sandbox, pristine: string, command: string): void {
  const { world } = sandbox;
  const state = identityOf(world);
  const { pool, provider } = identity(sandbox);
  for (const [name, value] of Object.entries(JSON.parse(pristine) as Record<string, never>))
    (name.includes('/providers/') ? state.providers : state.pools).set(name, structuredClone(value));
  const target = command.includes('/providers/') ? state.providers.get(provider) : state.pools.get(pool);
  if (/ undelete /.test(command) && target) target.state = 'DELETED';
  if (/ --no-disabled/.test(command) && target) target.disabled = true;
  const deployer = state.accounts.get(here.deployer);
  if (deployer) {
    deployer.disabled = /service-accounts enable/.test(command);
    const name = `projects/${here.project}/serviceAccounts/${here.deployer}/keys/0a1b2c`;
    const key = { name, keyType: 'USER_MANAGED', validAfterTime: '2026-01-01T00:00:00Z' };
    deployer.keys = /keys delete/.test(command) ? [key] : [];
  }
  const [, api] = /gcloud services enable (\S+)/.exec(command) ?? [];
  if (api) world.disabledServices.add(api);
  secretsOf(world).get('db')?.set('3', 'DISABLED');
  for (const argv of argvOf(command)) preparePolicy(sandbox, argv);
}

export const pristineOf = ({ world }: Sandbox): string =>
  JSON.stringify(Object.fromEntries([...identityOf(world).pools, ...identityOf(world).providers]));

export async function effectOf(
  sandbox: Sandbox,
  gcloud: WarmGcloud,
  place: { folder: string; pristine: string },
  command: string,
): Promise<Effect> {
  const { world } = sandbox;
  prepare(sandbox, place.pristine, command);
  const before = stateOf(sandbox);
  const [first = ''] = [...(runState(world).services.values().next().value?.revisions.keys() ?? [])];
  const text = command
    .replaceAll('ocr-00001-aaa', first)
    .replace('/functions/ocr?', '/functions/first?')
    // The address of an API is that of the sandbox's own server, and GitHub's issuer is the sandbox's.
    .replace(
      /https:\/\/(\w+)\.googleapis\.com(?=\/v\d)/g,
      (whole, api: string) => world.urls.get(api) ?? whole,
    )
    .replace(/https:\/\/token\.actions\.githubusercontent\.com(?=\/\.well)/g, world.urls.get('oidc') ?? '');
  const shell = await gcloud.paste(text, place.folder);
  const after = stateOf(sandbox);
  return {
    command,
    error: shell.code === 0 ? undefined : `${shell.code}: ${shell.errors.slice(-700)}`,
    came: after.filter((line) => !before.includes(line)),
    went: before.filter((line) => !after.includes(line)),
  };
}
