import {
  account,
  asMember,
  enableService,
  grantOnAccount,
  grantOnBucket,
  grantOnProject,
  grantOnRepository,
  inRegion,
  ownMember,
} from '../causes/commands.ts';
import { shortName } from '../data/resource-name.ts';
import { quoted } from '../data/shell.ts';
import { invokerRole } from './permissions.ts';
import type { CheckRow, Need, PreflightTarget } from './row.ts';

/** The commands that give what is missing: one block to paste, each line once. A grant adds and never replaces. */

function commandOf(need: Need, target: PreflightTarget): string | undefined {
  switch (need.kind) {
    case 'permission': {
      if (target.member === undefined) return undefined;
      const member = ownMember(target);
      const name = shortName(need.resource);
      if (need.place === 'model bucket') return grantOnBucket(name, member, need.role);
      if (need.place === 'model project') return grantOnProject({ project: name }, member, need.role);
      return need.place.endsWith('account')
        ? grantOnAccount(target, account(name), member, need.role)
        : grantOnProject(target, member, need.role);
    }
    case 'invoke': {
      if (need.service === undefined) return undefined;
      const member = asMember(account(need.account));
      return `gcloud run services add-iam-policy-binding ${quoted(shortName(need.service))} ${inRegion(target)} --member=${member} --role=${invokerRole} --condition=None`;
    }
    case 'image': {
      const { problem } = need;
      if (problem?.problem !== 'denied' || !problem.repository || target.member === undefined)
        return undefined;
      const { project, location, repository: name } = problem.repository;
      const reader = 'roles/artifactregistry.reader';
      return grantOnRepository({ project, location, name }, ownMember(target), reader);
    }
    case 'agent': {
      const { project, location, repository: name } = need.repository;
      const agent = asMember(account(need.account));
      return grantOnRepository({ project, location, name }, agent, 'roles/artifactregistry.reader');
    }
    default:
      return undefined;
  }
}

/** All commands for these rows. APIs come first, since a grant needs theirs. */
export function commandBlock(rows: readonly CheckRow[], target: PreflightTarget): string[] {
  const apis = rows.flatMap(({ need }) => (need.kind === 'api' ? [need.service] : []));
  const enable = apis.length > 0 ? [enableService(target, apis)] : [];
  const others = rows.flatMap(({ need }) => [
    ...(need.kind === 'token' ? (need.remedy?.commands ?? []) : []),
    ...[commandOf(need, target)].filter((command) => command !== undefined),
  ]);
  return [...new Set([...enable, ...others])];
}
