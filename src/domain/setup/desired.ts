import { poolViewerRole } from '../login/identity.ts';
import { type Admission, conditionOf } from './admission.ts';
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
  alertsRole,
  type CustomRole,
  closerRole,
  deployerRole,
  gatewayRole,
  invokerRole,
  loginRole,
  readerRole,
  rollbackRole,
} from './roles.ts';
import { gatewayServices, neededServices } from './services.ts';
import type { SetupTarget, SetupWish } from './wish.ts';

/** Everything that has to be there, in the order in which it can be made. */
export function desired(wish: SetupWish): Resource[] {
  return [
    ...[...neededServices(wish.target), ...(wish.mayReleaseGateways ? gatewayServices : [])].map(
      (service) => ({
        ...{ kind: 'api' as const, service },
      }),
    ),
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

const rolesOf = ({ target, mayAlert, mayClose, mayReleaseGateways }: SetupWish): CustomRole[] => [
  deployerRole(target),
  readerRole,
  rollbackRole,
  ...(mayClose ? [closerRole] : []),
  ...(mayAlert ? [alertsRole] : []),
  ...(mayReleaseGateways ? [gatewayRole] : []),
];

const titles: Record<Part, (name: string) => string> = {
  deployer: (name) => `Releases ${name}`,
  invoker: (name) => `Calls ${name} in smoke tests`,
  reader: (name) => `Checks ${name} and changes nothing`,
  rollback: (name) => `Moves the traffic of ${name}`,
  runtime: (name) => `Runs the code of ${name}`,
  gateway: (name) => `Calls ${name} for its API gateway`,
};

/** The account that the code runs as: the user's, the one that serves now, or a new one. */
export const runtimeOf = ({ project }: SetupWish, { name, service, runtimeAccount }: SetupTarget): string =>
  runtimeAccount ?? service.account ?? accountEmail(project, name, 'runtime');

/** The part that nobody logs in as, and that a gateway is. */
const gatewayParts = ({ mayReleaseGateways }: SetupWish): Part[] => (mayReleaseGateways ? ['gateway'] : []);

/** The parts that log in. */
export const loginParts = ['deployer', 'invoker', 'reader', 'rollback'] as const;

function accounts(wish: SetupWish, target: SetupTarget): Resource[] {
  const own = accountEmail(wish.project, target.name, 'runtime');
  const parts: Part[] = [
    ...loginParts,
    ...(runtimeOf(wish, target) === own ? (['runtime'] as const) : []),
    ...gatewayParts(wish),
  ];
  return parts.map((part) => ({
    kind: 'account',
    email: accountEmail(wish.project, target.name, part),
    title: titles[part](target.name).slice(0, 100),
  }));
}

function grants(wish: SetupWish, target: SetupTarget): Resource[] {
  const { project } = wish;
  const email = (part: Part) => accountEmail(project, target.name, part);
  const grant = (on: GrantPlace, role: string, member: string, wanted = true): Resource => ({
    ...{ kind: 'grant', on, role, member, wanted },
  });
  const custom = ({ id }: CustomRole) => roleName(project, id);
  const onProject: GrantPlace = { what: 'project', name: project };
  const onService: GrantPlace = { what: 'service', name: target.service.service };
  const onAccount = (name: string): GrantPlace => ({ what: 'account', name });
  const workflow = memberOf(wish.number, wish.pool, target.repository.id);
  const { exists } = target.service;
  /** On the service once there is one: then the grant on the whole project is no longer needed. */
  const narrow = (role: string, member: string): Resource[] => [
    grant(exists ? onService : onProject, role, member),
    ...(exists ? [grant(onProject, role, member, false)] : []),
  ];
  const runtime = runtimeOf(wish, target);
  return [
    ...loginParts.map((part) => grant(onAccount(email(part)), loginRole, workflow)),
    grant(onAccount(runtime), actAsRole, accountMember(email('deployer'))),
    grant(onAccount(runtime), actAsRole, accountMember(email('rollback'))),
    grant(onProject, custom(deployerRole(wish.target)), accountMember(email('deployer'))),
    grant(onProject, custom(readerRole), accountMember(email('reader'))),
    grant(onProject, poolViewerRole, accountMember(email('deployer'))),
    grant(onProject, poolViewerRole, accountMember(email('reader'))),
    grant(onProject, custom(readerRole), accountMember(email('rollback'))),
    ...(wish.mayClose ? narrow(custom(closerRole), accountMember(email('deployer'))) : []),
    ...(wish.mayAlert ? [grant(onProject, custom(alertsRole), accountMember(email('deployer')))] : []),
    ...(wish.mayReleaseGateways
      ? [
          grant(onProject, custom(gatewayRole), accountMember(email('deployer'))),
          grant(onAccount(email('gateway')), actAsRole, accountMember(email('deployer'))),
          ...narrow(invokerRole, accountMember(email('gateway'))),
        ]
      : []),
    ...narrow(custom(rollbackRole), accountMember(email('rollback'))),
    ...narrow(invokerRole, accountMember(email('invoker'))),
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
    ...[...loginParts, ...gatewayParts(wish)].flatMap((part) => {
      const key = variableOf[part];
      return key === undefined ? [] : [variable(key, accountEmail(wish.project, name, part))];
    }),
  ];
}
