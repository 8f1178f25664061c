import type { Finding } from '../../findings/finding.ts';
import type { ExposureFacts, Unread } from '../facts.ts';
import { type GrantProposal, grantFor } from '../policy/grant.ts';

/** Something that the guard could not find out. */
export interface Doubt {
  /** `private`: without this the function is not proved private. `complete`: the proof has a gap. */
  blocks: 'private' | 'complete';
  /** What is not known, in a few words for a list: "the IAM policy of folder 123". */
  what: string;
  /** The same as a clause without a full stop: "this identity may not read the IAM policy of folder 123". */
  clause: string;
  call: string;
  /** The permission that would settle it, if a missing permission is the cause. */
  permission: string | undefined;
  finding: Finding;
  /** A predefined role that holds the missing permission. */
  grant?: GrantProposal | undefined;
}

/** What to do: the command, or its words if the identity of this job is not known. */
export const fixOf = ({ role, command }: GrantProposal): Pick<Finding, 'fix' | 'commands'> =>
  command
    ? { fix: 'Grant the role:', commands: [command] }
    : { fix: `Grant ${role} to the identity of this job.` };

const causes: Record<Exclude<Unread['cause'], 'denied'>, string> = {
  absent: 'it does not exist',
  'api-off': 'the API is not enabled',
  failed: 'the call failed',
};

/**
 * @param what noun phrase in the middle of a sentence, such as "the IAM policy of project p"
 * @param about what tells the finding from others of its rule, if the call alone does not
 */
export function unreadDoubt(
  facts: Pick<ExposureFacts, 'target' | 'identity'>,
  blocks: Doubt['blocks'],
  what: string,
  reading: Unread,
  about: readonly string[] = [reading.call],
): Doubt {
  const { cause, permission, call, detail } = reading;
  const severity = blocks === 'private' ? 'high' : 'low';
  if (cause !== 'denied') {
    const clause = `the guard could not read ${what} because ${causes[cause]}`;
    const title = `The guard could not read ${what}: ${causes[cause]}.`;
    const finding: Finding = { rule: 'not-read', severity, about, title, why: detail, source: call };
    return { blocks, what, clause, call, permission: undefined, finding };
  }
  const clause = `this identity may not read ${what}`;
  const grant = permission === undefined ? undefined : grantFor(permission, facts);
  const fix =
    permission && `Grant ${permission} to the identity of this job. The report prints a role for it.`;
  return {
    blocks,
    what: permission ? `${what} (${permission})` : what,
    clause,
    call,
    permission,
    grant,
    finding: {
      rule: 'missing-permission',
      severity,
      about,
      title: `This identity may not read ${what}${permission ? `: it lacks ${permission}` : ''}.`,
      why: grant ? `${grant.role} holds that permission. ${detail}` : detail,
      ...(grant ? fixOf(grant) : { fix }),
      source: call,
    },
  };
}
