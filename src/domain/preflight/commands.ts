import { shortName } from '../data/resource-name.ts';
import { quoted } from '../data/shell.ts';
import { invokerRole } from './permissions.ts';
import type { CheckRow, Need, PreflightTarget } from './row.ts';

/** The commands that give what is missing: one block to paste, each line once. A grant adds and never replaces. */

const memberOf = (account: string) => `serviceAccount:${account}`;

function grantOnProject({ project }: PreflightTarget, role: string, member: string): string {
  // gcloud asks for a condition if the policy has conditions elsewhere.
  return `gcloud projects add-iam-policy-binding ${quoted(project)} --member=${quoted(member)} --role=${role} --condition=None`;
}

function commandOf(need: Need, target: PreflightTarget): string | undefined {
  const { project, region, member } = target;
  switch (need.kind) {
    case 'permission': {
      if (member === undefined) return undefined;
      if (!need.place.endsWith('account')) return grantOnProject(target, need.role, member);
      const account = quoted(shortName(need.resource));
      return `gcloud iam service-accounts add-iam-policy-binding ${account} --project=${quoted(project)} --member=${quoted(member)} --role=${need.role} --condition=None`;
    }
    case 'invoke': {
      const caller = memberOf(need.account);
      if (need.service === undefined) return undefined;
      const place = `--project=${quoted(project)} --region=${quoted(region)}`;
      return `gcloud run services add-iam-policy-binding ${quoted(shortName(need.service))} ${place} --member=${quoted(caller)} --role=${invokerRole}`;
    }
    default:
      return undefined;
  }
}

/** All commands for these rows. APIs come first, since a grant needs theirs. */
export function commandBlock(rows: readonly CheckRow[], target: PreflightTarget): string[] {
  const apis = rows.flatMap(({ need }) => (need.kind === 'api' ? [need.service] : []));
  const enable =
    apis.length > 0 ? [`gcloud services enable ${apis.join(' ')} --project=${quoted(target.project)}`] : [];
  const others = rows.flatMap(({ need }) => [
    ...(need.kind === 'token' ? (need.remedy?.commands ?? []) : []),
    ...[commandOf(need, target)].filter((command) => command !== undefined),
  ]);
  return [...new Set([...enable, ...others])];
}
