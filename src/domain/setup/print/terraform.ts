import { shortName } from '../../data/resource-name.ts';
import { setupMark } from '../../product.ts';
import { attributeMapping } from '../admission.ts';
import { githubHost, isServer } from '../github-host.ts';
import type { SetupPlan, SetupRow } from '../plan.ts';
import type { GrantResource, Of, Resource } from '../resource.ts';

/**
 * Everything that has to be there as Terraform, for the providers hashicorp/google and integrations/github. What exists
 * already gets an `import` block, so that the first apply takes it over instead of failing on its name.
 */
export function terraformText(plan: SetupPlan, project: string, host = 'github.com'): string {
  const parts = plan.flatMap((row) => [...block(row.resource, project), ...importOf(row, project)]);
  return `${[header(plan, project, host), ...parts].join('\n\n')}\n`;
}

/** A string of HCL. `${` and `%{` begin a template there. */
const text = (value: string): string => JSON.stringify(value).replaceAll('${', '$${').replaceAll('%{', '%%{');
const list = (items: readonly string[]): string =>
  `[\n${items.map((item) => `    ${text(item)},`).join('\n')}\n  ]`;

/** The name of a block: letters, digits and underscores. */
const label = (...parts: string[]): string =>
  parts
    .join('_')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(?=\d)/, '_');

function resource(type: string, name: string, fields: Record<string, string>, more = ''): string {
  const width = Math.max(...Object.keys(fields).map((key) => key.length));
  const lines = Object.entries(fields).map(([key, value]) => `  ${key.padEnd(width)} = ${value}`);
  return `resource "${type}" "${name}" {\n${lines.join('\n')}\n${more}}`;
}

function header(plan: SetupPlan, project: string, host: string): string {
  const repository = plan
    .map(({ resource: one }) => ('repository' in one ? one.repository : undefined))
    .find(Boolean);
  const owner = repository?.split('/')[0] ?? '';
  const sources = [
    ['google', 'hashicorp/google', '>= 6.0, < 8.0'],
    ...(owner ? [['github', 'integrations/github', '~> 6.0']] : []),
  ].map(([name, source, version]) => `    ${name} = { source = "${source}", version = "${version}" }`);
  return [
    `# ${setupMark} --print terraform`,
    `terraform {\n  required_version = ">= 1.5"\n  required_providers {\n${sources.join('\n')}\n  }\n}`,
    '',
    `provider "google" {\n  project = ${text(project)}\n}`,
    ...(owner ? ['', `provider "github" {\n  owner = ${text(owner)}\n${baseUrl(host)}}`] : []),
  ].join('\n');
}

/** The provider appends the path of a server's API itself. */
function baseUrl(host: string): string {
  if (host === 'github.com') return '';
  return `  base_url = ${text(isServer(host) ? `https://${host}/` : `${githubHost(host).api}/`)}\n`;
}

function block(one: Resource, project: string): string[] {
  switch (one.kind) {
    case 'api':
      return [
        resource('google_project_service', label(one.service.split('.')[0] ?? ''), {
          service: text(one.service),
          disable_on_destroy: 'false',
        }),
      ];
    case 'pool':
      return [
        resource(
          'google_iam_workload_identity_pool',
          label(one.id),
          {
            workload_identity_pool_id: text(one.id),
            display_name: text('GitHub'),
            description: text(setupMark),
          },
          '\n  depends_on = [google_project_service.iam]\n',
        ),
      ];
    case 'provider':
      return [provider(one)];
    case 'role':
      return [
        resource(
          'google_project_iam_custom_role',
          label(one.id),
          {
            role_id: text(one.id),
            title: text(one.title),
            description: text(setupMark),
            permissions: list(one.permissions),
          },
          '\n  depends_on = [google_project_service.iam]\n',
        ),
      ];
    case 'account':
      return [
        resource(
          'google_service_account',
          accountLabel(one.email),
          {
            account_id: text(one.email.split('@')[0] ?? ''),
            display_name: text(one.title),
            description: text(setupMark),
          },
          '\n  depends_on = [google_project_service.iam]\n',
        ),
      ];
    case 'grant':
      return one.wanted ? [grant(one, project)] : [];
    case 'file':
    case 'subject':
      return [];
    default:
      return [github(one)];
  }
}

function provider(one: Of<'provider'>): string {
  const width = Math.max(...Object.keys(attributeMapping).map((key) => key.length)) + 2;
  const mapping = Object.entries(attributeMapping).map(
    ([key, value]) => `    ${text(key).padEnd(width)} = ${text(value)}`,
  );
  return resource(
    'google_iam_workload_identity_pool_provider',
    label(one.id),
    {
      workload_identity_pool_id: `google_iam_workload_identity_pool.${label(one.pool)}.workload_identity_pool_id`,
      workload_identity_pool_provider_id: text(one.id),
      description: text(setupMark),
      attribute_condition: text(one.condition),
    },
    `\n  attribute_mapping = {\n${mapping.join('\n')}\n  }\n\n  oidc {\n    issuer_uri = ${text(one.issuer)}\n  }\n`,
  );
}

const accountLabel = (email: string): string => label(email.split('@')[0] ?? '');

/** Buckets whose names differ in one of these signs have labels that differ too. */
const placeLabel = (name: string): string =>
  shortName(name)
    .replace(/@.*/, '')
    .replace(/[._]/g, (sign) => (sign === '_' ? '__' : '_._'));

function grant({ on, role, member }: GrantResource, project: string): string {
  const custom = role.startsWith('projects/');
  const fields = {
    role: custom ? `google_project_iam_custom_role.${label(shortName(role))}.name` : text(role),
    member: text(member),
  };
  const who = shortName(member.replace(/^serviceAccount:/, '').replace(/@.*/, ''));
  const name = label(who, shortName(role), on.what === 'project' ? 'project' : placeLabel(on.name));
  // Names of accounts are texts, so Terraform would not see by itself that they come first.
  const accounts = [member.replace(/^serviceAccount:/, ''), on.what === 'account' ? on.name : ''].filter(
    (email) => email.endsWith(`@${project.split(':').at(-1)}.iam.gserviceaccount.com`),
  );
  const needs = accounts.map((email) => `google_service_account.${accountLabel(email)}`);
  const after = needs.length ? `\n  depends_on = [${needs.join(', ')}]\n` : '';
  if (on.what === 'project')
    return resource('google_project_iam_member', name, { project: text(project), ...fields }, after);
  if (on.what === 'account') {
    const service_account_id = text(`projects/${project}/serviceAccounts/${on.name}`);
    return resource('google_service_account_iam_member', name, { service_account_id, ...fields }, after);
  }
  if (on.what === 'bucket')
    return resource('google_storage_bucket_iam_member', name, { bucket: text(on.name), ...fields }, after);
  const [, , , location = ''] = on.name.split('/');
  const at = { project: text(project), location: text(location), name: text(shortName(on.name)) };
  return resource('google_cloud_run_v2_service_iam_member', name, { ...at, ...fields }, after);
}

function github(one: Of<'environment'> | Of<'branch'> | Of<'variable'>): string {
  const repository = text(one.repository.split('/')[1] ?? '');
  if (one.kind === 'environment')
    return resource(
      'github_repository_environment',
      label(one.repository, one.name),
      { repository, environment: text(one.name) },
      '\n  deployment_branch_policy {\n    protected_branches     = false\n    custom_branch_policies = true\n  }\n',
    );
  const environment = (name: string) =>
    `github_repository_environment.${label(one.repository, name)}.environment`;
  if (one.kind === 'branch')
    return resource(
      'github_repository_environment_deployment_policy',
      label(one.repository, one.environment, one.branch),
      {
        repository,
        environment: environment(one.environment),
        branch_pattern: text(one.branch),
      },
    );
  const value = { variable_name: text(one.name), value: text(one.value) };
  return one.environment === undefined
    ? resource('github_actions_variable', label(one.repository, one.name), { repository, ...value })
    : resource('github_actions_environment_variable', label(one.repository, one.environment, one.name), {
        repository,
        environment: environment(one.environment),
        ...value,
      });
}

/** What Google knows already. Grants and APIs need none: their resources accept what is there. */
function importOf({ resource: one, observed }: SetupRow, project: string): string[] {
  if (observed.state !== 'present' || observed.deleted) return [];
  const targets: Partial<Record<Resource['kind'], () => [string, string]>> = {};
  if (one.kind === 'pool')
    targets.pool = () => [`google_iam_workload_identity_pool.${label(one.id)}`, one.name];
  if (one.kind === 'provider')
    targets.provider = () => [`google_iam_workload_identity_pool_provider.${label(one.id)}`, one.name];
  if (one.kind === 'role') targets.role = () => [`google_project_iam_custom_role.${label(one.id)}`, one.name];
  if (one.kind === 'account')
    targets.account = () => [
      `google_service_account.${accountLabel(one.email)}`,
      `projects/${project}/serviceAccounts/${one.email}`,
    ];
  const found = targets[one.kind]?.();
  return found ? [`import {\n  to = ${found[0]}\n  id = ${text(found[1])}\n}`] : [];
}
