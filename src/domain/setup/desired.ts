import { poolViewerRole } from '../login/identity.ts';
import { type Admission, conditionOf } from './admission.ts';
import { extrasOf, type Granter } from './extras.ts';
import {
  accountEmail,
  accountMember,
  memberOf,
  type Part,
  poolName,
  providerName,
  providerVariable,
  roleName,
  variableOf,
} from './names.ts';
import type { GrantPlace, Resource } from './resource.ts';
import {
  actAsRole,
  type CustomRole,
  deployerRole,
  invokerRole,
  loginRole,
  readerRole,
  rollbackRole,
} from './roles.ts';
import { neededServices } from './services.ts';
import type { SetupTarget, SetupWish } from './wish.ts';

/** Everything that has to be there, in the order in which it can be made. */
export function desired(wish: SetupWish): Resource[] {
  return [
    ...servicesOf(wish).map((service) => ({ kind: 'api' as const, service })),
    { kind: 'pool', id: wish.pool, name: poolName(wish.number, wish.pool) },
    {
      kind: 'provider',
      id: wish.provider,
      name: providerName(wish.number, wish.pool, wish.provider),
      pool: wish.pool,
      issuer: wish.issuer,
      condition: conditionOf(admissionOf(wish)),
    },
    ...rolesOf(wish).map(({ id, title, permissions }) => ({
      kind: 'role' as const,
      ...{ id, name: roleName(wish.project, id), title, permissions },
    })),
    ...unique(wish.targets.flatMap((target) => accounts(wish, target))),
    ...unique(wish.targets.flatMap((target) => grants(wish, target))),
    ...unique(wish.targets.flatMap((target) => onGithub(wish, target))),
    ...wish.files.map(({ path, content }) => ({ kind: 'file' as const, path, content })),
  ];
}

const unique = (resources: Resource[]): Resource[] => [
  ...new Map(resources.map((resource) => [JSON.stringify(resource), resource])).values(),
];

export function admissionOf({ ownerWide, hostedOnly, targets }: SetupWish): Admission {
  const [first] = targets;
  return {
    ownerId: first?.repository.ownerId ?? '',
    hostedOnly,
    everyRepository: ownerWide ? { branch: first?.branch ?? 'main' } : undefined,
    repositories: ownerWide
      ? []
      : targets.map(({ repository, branch, environment }) => ({
          repositoryId: repository.id,
          branch,
          environment,
        })),
  };
}

const servicesOf = (wish: SetupWish): string[] => [
  ...new Set([...neededServices(wish.target), ...extrasOf(wish).flatMap(({ services = [] }) => services)]),
];

const rolesOf = (wish: SetupWish): CustomRole[] => [
  deployerRole(wish.target),
  readerRole,
  rollbackRole,
  ...extrasOf(wish).flatMap(({ roles = [] }) => roles),
];

const titles: Record<Part, (name: string) => string> = {
  deployer: (name) => `Releases ${name}`,
  invoker: (name) => `Calls ${name} in smoke tests`,
  reader: (name) => `Checks ${name} and changes nothing`,
  rollback: (name) => `Moves the traffic of ${name}`,
  runtime: (name) => `Runs the code of ${name}`,
  gateway: (name) => `Calls ${name} for its API gateway`,
  drill: (name) => `Drills the restore of the data of ${name}`,
  pipeline: (name) => `Runs the tasks of pipelines of ${name}`,
};

/** The account that the code runs as: the user's, the one that serves now, or a new one. */
export const runtimeOf = ({ project }: SetupWish, { name, service, runtimeAccount }: SetupTarget): string =>
  runtimeAccount ?? service.account ?? accountEmail(project, name, 'runtime');

/** The parts that log in, and need no right beyond a release. */
export const loginParts = ['deployer', 'invoker', 'reader', 'rollback'] as const;

/** The accounts that rights have of their own: all, or only those that log in. */
const extraParts = (wish: SetupWish, which: 'all' | 'that log in' = 'all'): Part[] =>
  extrasOf(wish).flatMap(({ account }) =>
    account && (which === 'all' || account.logsIn) ? [account.part] : [],
  );

function accounts(wish: SetupWish, target: SetupTarget): Resource[] {
  const own = accountEmail(wish.project, target.name, 'runtime');
  const parts: Part[] = [
    ...loginParts,
    ...(runtimeOf(wish, target) === own ? (['runtime'] as const) : []),
    ...extraParts(wish),
  ];
  return parts.map((part) => ({
    kind: 'account',
    email: accountEmail(wish.project, target.name, part),
    title: titles[part](target.name).slice(0, 100),
  }));
}

function grants(wish: SetupWish, target: SetupTarget): Resource[] {
  const { project } = wish;
  const runtime = runtimeOf(wish, target);
  const email = (part: Part) => (part === 'runtime' ? runtime : accountEmail(project, target.name, part));
  const grant = (on: GrantPlace, role: CustomRole | string, member: string, wanted = true): Resource => ({
    ...{ kind: 'grant', on, role: typeof role === 'string' ? role : roleName(project, role.id) },
    ...{ member, wanted },
  });
  const theProject: GrantPlace = { what: 'project', name: project };
  const theService: GrantPlace = { what: 'service', name: target.service.service };
  const workflow = memberOf(wish.number, wish.pool, target.repository.id);
  const { exists } = target.service;
  const to: Granter = {
    onProject: (role, part) => [grant(theProject, role, accountMember(email(part)))],
    // Then the grant on the whole project is no longer needed.
    onService: (role, part) => [
      grant(exists ? theService : theProject, role, accountMember(email(part))),
      ...(exists ? [grant(theProject, role, accountMember(email(part)), false)] : []),
    ],
    onAccount: (of, role, part) => [
      grant({ what: 'account', name: email(of) }, role, accountMember(email(part))),
    ],
    onBuckets: (buckets, role, part) =>
      buckets.map((name) => grant({ what: 'bucket', name }, role, accountMember(email(part)))),
  };
  return [
    ...[...loginParts, ...extraParts(wish, 'that log in')].map((part) =>
      grant({ what: 'account', name: email(part) }, loginRole, workflow),
    ),
    ...to.onAccount('runtime', actAsRole, 'deployer'),
    ...to.onAccount('runtime', actAsRole, 'rollback'),
    ...to.onProject(deployerRole(wish.target), 'deployer'),
    ...to.onProject(readerRole, 'reader'),
    ...to.onProject(poolViewerRole, 'deployer'),
    ...to.onProject(poolViewerRole, 'reader'),
    ...to.onProject(readerRole, 'rollback'),
    ...extrasOf(wish).flatMap(({ grants: more }) => more(to, wish.buckets)),
    ...to.onService(rollbackRole, 'rollback'),
    ...to.onService(invokerRole, 'invoker'),
  ];
}

/** The members that get roles on buckets. */
export function bucketMembers(wish: SetupWish): string[] {
  const name = 'a-bucket';
  const buckets = { drill: [name], copies: [name], models: [name], pipelines: [name] };
  const found = wish.targets.flatMap((target) => grants({ ...wish, buckets }, target));
  return [
    ...new Set(
      found.flatMap((one) => (one.kind === 'grant' && one.on.what === 'bucket' ? [one.member] : [])),
    ),
  ];
}

function onGithub(wish: SetupWish, target: SetupTarget): Resource[] {
  const { repository, environment, branch, name } = target;
  const variable = (key: string, value: string): Resource => ({
    ...{ kind: 'variable', repository: repository.name, environment, name: key, value },
  });
  return [
    { kind: 'subject', repository: repository.name },
    ...(environment === undefined
      ? []
      : [
          { kind: 'environment' as const, repository: repository.name, name: environment },
          { kind: 'branch' as const, repository: repository.name, environment, branch },
        ]),
    variable(providerVariable, providerName(wish.number, wish.pool, wish.provider)),
    ...[...loginParts, ...extraParts(wish)].flatMap((part) => {
      const key = variableOf[part];
      return key === undefined ? [] : [variable(key, accountEmail(wish.project, name, part))];
    }),
  ];
}
