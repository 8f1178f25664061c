import { quoted } from '../../data/shell.ts';
import type { Sign } from '../plan.ts';
import type { Of, Resource } from '../resource.ts';

/** The path of an environment in GitHub's API. Its name may have slashes. */
export const environmentPath = (repository: string, name: string): string =>
  `repos/${repository}/environments/${encodeURIComponent(name)}`;

/** A resource of GitHub as commands for gh. */
export function githubCommand(resource: Resource, sign: Sign): string[] {
  switch (resource.kind) {
    case 'environment':
      return sign === '~'
        ? [
            '# GitHub replaces every setting of the environment. If it has reviewers or a waiting time, use --apply, which keeps them.',
            restrict(resource),
          ]
        : [restrict(resource)];
    case 'branch': {
      const path = environmentPath(resource.repository, resource.environment);
      return [
        `gh api --silent --method POST ${quoted(`${path}/deployment-branch-policies`)} -f ${quoted(`name=${resource.branch}`)} -f type=branch`,
      ];
    }
    case 'variable': {
      const where = `--repo ${quoted(resource.repository)}${resource.environment === undefined ? '' : ` --env ${quoted(resource.environment)}`}`;
      return sign === '-'
        ? [`gh variable delete ${resource.name} ${where}`]
        : [`gh variable set ${resource.name} ${where} --body ${quoted(resource.value)}`];
    }
    default:
      return [];
  }
}

const restrict = ({ repository, name }: Of<'environment'>): string =>
  `gh api --silent --method PUT ${quoted(environmentPath(repository, name))} -F "deployment_branch_policy[protected_branches]=false" -F "deployment_branch_policy[custom_branch_policies]=true"`;

/** Writes a file, unless there is one. */
export function fileCommand({ path, content }: Of<'file'>): string[] {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined;
  return [
    ...(folder === undefined ? [] : [`mkdir -p ${quoted(folder)}`]),
    `test -e ${quoted(path)} || cat > ${quoted(path)} <<'END_OF_FILE'\n${content}END_OF_FILE`,
  ];
}
