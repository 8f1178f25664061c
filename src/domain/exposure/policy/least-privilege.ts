import { product, slug } from '../../product.ts';
import { shellWord } from '../commands.ts';
import type { Ancestor } from '../facts.ts';

/** A custom role with exactly the missing permissions: commands to paste, and YAML for teams that keep roles in files. */
export interface RoleProposal {
  permissions: string[];
  yaml: string;
  commands: string[];
}

/** Permissions that have an effect only if they are granted above the project. */
const aboveProject = /^resourcemanager\.(folders|organizations)\.|^iam\.denypolicies\.|^orgpolicy\./;

/**
 * @param place.identity the identity that lacks them, as an IAM member. If it is not known, no command grants the role
 * @returns undefined if nothing is missing
 */
export function roleFor(
  missing: readonly string[],
  place: { project: string; ancestors: readonly Ancestor[]; identity?: string | undefined },
): RoleProposal | undefined {
  if (missing.length === 0) return undefined;
  // The list of deny policies leaves out their rules, so reading them takes both permissions.
  const both = missing.includes('iam.denypolicies.list') ? ['iam.denypolicies.get'] : [];
  const permissions = [...new Set([...missing, ...both])].sort();
  const organisation = place.ancestors.find(({ type }) => type === 'organization')?.id;
  const member = place.identity && shellWord(place.identity);
  const commands: string[] = [];
  const propose = (names: readonly string[], id: string, where: string, bind: string, role: string) => {
    if (names.length === 0) return;
    commands.push(
      // The second command is for a role that an earlier report proposed. It keeps what the role has.
      `gcloud iam roles create ${id} ${where} --title="${product} guard" --stage=GA --permissions=${names.join(',')} || gcloud iam roles update ${id} ${where} --add-permissions=${names.join(',')}`,
      ...(member ? [`${bind} --member=${member} --role=${role}/roles/${id} --condition=None`] : []),
    );
  };
  const above = permissions.filter((name) => aboveProject.test(name));
  const within = permissions.filter((name) => !aboveProject.test(name));
  const project = shellWord(place.project);
  propose(
    within,
    `${slug}Guard`,
    `--project=${project}`,
    `gcloud projects add-iam-policy-binding ${project}`,
    `projects/${place.project}`,
  );
  const org = organisation ?? '';
  // Only an organisation can have this role. Without its number, the list in YAML must do.
  propose(
    organisation === undefined ? [] : above,
    `${slug}GuardAbove`,
    `--organization=${org}`,
    `gcloud organizations add-iam-policy-binding ${org}`,
    `organizations/${org}`,
  );
  const yaml = [
    `title: ${product} guard`,
    'description: Reads what proves that a function is private',
    'stage: GA',
    'includedPermissions:',
    ...permissions.map((name) => `- ${name}`),
  ];
  return { permissions, yaml: `${yaml.join('\n')}\n`, commands };
}
