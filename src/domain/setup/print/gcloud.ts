import { parseName, shortName } from '../../data/resource-name.ts';
import { projectFlag, quoted } from '../../data/shell.ts';
import { setupMark } from '../../product.ts';
import { attributeMapping } from '../admission.ts';
import type { SetupRow } from '../plan.ts';
import type { GrantResource, Of } from '../resource.ts';
import { fileCommand, githubCommand } from './gh.ts';

/**
 * Rows as commands for gcloud and gh, in the order in which they can be run. They do what `--apply` does. Each names its
 * project, and adds to a policy without replacing it.
 */
export function gcloudLines(rows: readonly SetupRow[], project: string, host = 'github.com'): string[] {
  const apis = rows.flatMap(({ resource, sign }) =>
    resource.kind === 'api' && sign !== '-' ? [resource.service] : [],
  );
  const enable = apis.length > 0 ? [`gcloud services enable ${apis.join(' ')} ${projectFlag(project)}`] : [];
  const lines = [...enable, ...rows.flatMap((row) => commandsOf(row, project))];
  // Without it, gh speaks to github.com.
  const elsewhere = host !== 'github.com' && lines.some((line) => /^gh /m.test(line));
  return elsewhere ? [`export GH_HOST=${quoted(host)}`, ...lines] : lines;
}

const global = (project: string) => `${projectFlag(project)} --location=global`;
const described = `--description=${quoted(setupMark)}`;

function commandsOf(row: SetupRow, project: string): string[] {
  const { resource } = row;
  switch (resource.kind) {
    case 'api':
    case 'subject':
      return [];
    case 'pool':
      return pool(row, resource.id, project);
    case 'provider':
      return provider(row, resource, project);
    case 'role':
      return role(row, resource, project);
    case 'account':
      return account(row, resource, project);
    case 'grant':
      return [grant(resource, project, row.sign === '-' || !resource.wanted ? 'remove' : 'add')];
    case 'file':
      return fileCommand(resource);
    default:
      return githubCommand(resource, row.sign);
  }
}

const isDeleted = ({ observed }: SetupRow): boolean =>
  observed.state === 'present' && observed.deleted === true;

function pool(row: SetupRow, id: string, project: string): string[] {
  const verb = (text: string, more = '') =>
    `gcloud iam workload-identity-pools ${text} ${quoted(id)} ${global(project)}${more}`;
  if (row.sign === '-') return [verb('delete', ' --quiet')];
  if (row.sign !== '~') return [verb('create', ` --display-name=GitHub ${described}`)];
  const disabled = row.changes.some(({ field, old }) => field === 'state' && old === 'disabled');
  return [
    ...(isDeleted(row) ? [verb('undelete')] : []),
    ...(disabled ? [verb('update', ' --no-disabled')] : []),
  ];
}

function provider(row: SetupRow, resource: Of<'provider'>, project: string): string[] {
  const verb = (text: string, more = '') =>
    `gcloud iam workload-identity-pools providers ${text} ${quoted(resource.id)} ${global(project)} --workload-identity-pool=${quoted(resource.pool)}${more}`;
  if (row.sign === '-') return [verb('delete', ' --quiet')];
  const mapping = Object.entries(attributeMapping).map(([name, value]) => `${name}=${value}`);
  const fields = [
    ` --issuer-uri=${quoted(resource.issuer)}`,
    ` --attribute-mapping=${quoted(mapping.join(','))}`,
    ` --attribute-condition=${quoted(resource.condition)}`,
    ` ${described}`,
  ].join('');
  if (row.sign !== '~') return [verb('create-oidc', fields)];
  return [
    ...(isDeleted(row) ? [verb('undelete')] : []),
    verb('update-oidc', `${fields} --allowed-audiences= --no-disabled`),
  ];
}

function role(row: SetupRow, { id, title, permissions }: Of<'role'>, project: string): string[] {
  const verb = (text: string, more = '') => `gcloud iam roles ${text} ${id} ${projectFlag(project)}${more}`;
  if (row.sign === '-') return [verb('delete', ' --quiet')];
  const fields = ` --title=${quoted(title)} ${described} --permissions=${permissions.join(',')} --stage=GA`;
  if (row.sign !== '~') return [verb('create', fields)];
  return [...(isDeleted(row) ? [verb('undelete')] : []), verb('update', `${fields} --quiet`)];
}

function account(row: SetupRow, { email, title }: Of<'account'>, project: string): string[] {
  const flags = `${projectFlag(project)} --display-name=${quoted(title)} ${described}`;
  if (row.sign === '-')
    return [`gcloud iam service-accounts delete ${email} ${projectFlag(project)} --quiet`];
  if (row.sign !== '~') return [`gcloud iam service-accounts create ${email.split('@')[0]} ${flags}`];
  const enable = row.changes.some(({ field }) => field === 'state')
    ? [`gcloud iam service-accounts enable ${email} ${projectFlag(project)}`]
    : [];
  return [...enable, `gcloud iam service-accounts update ${email} ${flags}`];
}

function grant(
  { on, role: granted, member }: GrantResource,
  project: string,
  verb: 'add' | 'remove',
): string {
  const who = `--role=${granted} --member=${quoted(member)} --condition=None`;
  const edit = `${verb}-iam-policy-binding`;
  if (on.what === 'project') return `gcloud projects ${edit} ${quoted(project)} ${who}`;
  if (on.what === 'account')
    return `gcloud iam service-accounts ${edit} ${quoted(on.name)} ${projectFlag(project)} ${who}`;
  if (on.what === 'bucket')
    return `gcloud storage buckets ${edit} ${quoted(`gs://${on.name}`)} ${projectFlag(project)} ${who}`;
  const { region = 'REGION' } = parseName(on.name);
  return `gcloud run services ${edit} ${quoted(shortName(on.name))} ${projectFlag(project)} --region=${quoted(region)} ${who}`;
}
