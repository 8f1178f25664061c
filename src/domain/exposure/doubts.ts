import type { Finding } from '../report/report.ts';
import type { ExposureFacts, Level, Reading, Unread } from './facts.ts';
import { isRefusal } from './probes.ts';
import { decides, generationOf, holdings } from './ways/holdings.ts';
import { poolDoor } from './ways/pools.ts';

/** Something that was not found out. `private`: without it nothing is proved; `complete`: the proof has a gap. */
export interface Doubt {
  blocks: 'private' | 'complete';
  /** A few words, for a list: "the policy of folders/123 (resourcemanager.folders.getIamPolicy)". */
  what: string;
  call: string;
  permission: string | undefined;
  finding: Finding;
}

const causes: Record<Unread['cause'], string> = {
  denied: 'the permission is missing',
  absent: 'it does not exist',
  'api-off': 'the API is not enabled',
  failed: 'the call failed',
};

function unread(blocks: Doubt['blocks'], what: string, reading: Unread): Doubt {
  const { cause, permission, call, detail } = reading;
  return {
    blocks,
    what: `${what.replace(/^The /, 'the ')}${permission ? ` (${permission})` : ''}`,
    call,
    permission: cause === 'denied' ? permission : undefined,
    finding: {
      rule: cause === 'denied' ? 'missing-permission' : 'not-read',
      severity: blocks === 'private' ? 'high' : 'low',
      title: `${what} could not be read: ${causes[cause]}.`,
      why: detail,
      fix:
        cause === 'denied' && permission
          ? `Grant ${permission} to the identity of this job; the report prints a role that holds it.`
          : undefined,
      source: call,
    },
  };
}

const levelBlocks = (level: Level): Doubt['blocks'] =>
  level === 'folder' || level === 'organization' ? 'complete' : 'private';

function policyDoubts(facts: ExposureFacts): Doubt[] {
  const doubts: Doubt[] = [];
  const generation = generationOf(facts);
  for (const fact of facts.policies) {
    const { level, resource, reading } = fact;
    const counts =
      decides(fact, generation) || (level === 'iap' && facts.service?.ok && facts.service.value.iapEnabled);
    if (!counts) continue;
    const blocks = levelBlocks(level);
    if (!reading.ok) {
      doubts.push(unread(blocks, `The policy of ${resource}`, reading));
      continue;
    }
    const [problem] = reading.value.problems;
    if (problem)
      doubts.push({
        blocks,
        what: `the policy of ${resource} (${problem})`,
        call: reading.call,
        permission: undefined,
        finding: {
          rule: 'policy-unreadable',
          severity: blocks === 'private' ? 'high' : 'medium',
          title: `The policy of ${resource} holds something that is no policy: ${problem}.`,
          why: `${reading.value.problems.length} such ${reading.value.problems.length === 1 ? 'place' : 'places'}; what cannot be understood proves nothing.`,
          source: reading.call,
        },
      });
  }
  return doubts;
}

/** Members that are neither plainly public nor plainly one identity. */
function memberDoubts(facts: ExposureFacts): Doubt[] {
  const doubts = new Map<string, Doubt>();
  for (const { fact, binding, member, grant, call } of holdings(facts)) {
    if (grant.power === 'none' || facts.trusted.includes(member.text)) continue;
    const place = `${binding.role} on ${fact.resource}`;
    const add = (blocks: Doubt['blocks'], what: string, finding: Finding, permission?: string) => {
      const previous = doubts.get(member.text);
      if (!previous || (previous.blocks === 'complete' && blocks === 'private'))
        doubts.set(member.text, { blocks, what, call, permission, finding });
    };
    if (member.reach === 'group')
      add('complete', `who is in ${member.text}`, {
        rule: 'opaque-group',
        severity: 'medium',
        title: `${member.text} holds ${place}: who is in it cannot be read${grant.power === 'unknown' ? ', and what the role allows was not' : ''}.`,
        why: 'A group that anybody may join makes the function public.',
        fix: `Bind service accounts instead, or vouch for it: trusted_principals: ${member.text}`,
        source: call,
      });
    else if (member.reach === 'unknown')
      add('private', `who "${member.text.slice(0, 80)}" is`, {
        rule: 'unknown-member',
        severity: 'high',
        title: `"${member.text.slice(0, 120)}" holds ${place}, and is no known form of a member.`,
        why: 'What is not understood is not taken for private.',
        source: call,
      });
    else if (member.reach === 'pool') {
      const pool = facts.pools.get(member.pool ?? '');
      const { state, provider } = poolDoor(pool, member.attribute);
      if (state !== 'unknown') continue;
      const detail = provider
        ? `Its provider ${provider.name.split('/').at(-1) ?? ''} takes every token of ${provider.issuer || 'its issuer'} without a condition.`
        : 'The pool was not read.';
      const reading: Unread =
        pool && !pool.ok ? pool : { ok: false, call: pool?.call ?? call, cause: 'failed', detail };
      const doubt = unread(
        'private',
        `The list of who may enter the pool ${member.pool ?? ''}, all of which holds ${place},`,
        reading,
      );
      add('private', doubt.what, doubt.finding, doubt.permission);
    }
  }
  return [...doubts.values()];
}

function probeDoubts(facts: ExposureFacts): Doubt[] {
  if (!facts.exists) return [];
  const asked = facts.probes.filter((probe) => !(probe.guessed && probe.class === 'no-answer'));
  const silent = asked.filter((probe) => !isRefusal(probe.class) && probe.class !== 'reached');
  const [first] = silent;
  if (asked.length > 0 && !first) return [];
  const what = first
    ? `${first.method} ${first.url} without a token (${first.note})`
    : 'any URL of the function by an anonymous request';
  return [
    {
      blocks: 'private',
      what,
      call: first ? `${first.method} ${first.url}` : 'probe',
      permission: undefined,
      finding: {
        rule: 'probe-unclear',
        severity: 'high',
        title: first
          ? `${silent.length} of ${asked.length} anonymous requests got an answer that proves nothing: ${first.method} ${first.url}: ${first.note}.`
          : 'No URL of the function could be asked anonymously.',
        why: 'Private is proved by refusals, not by silence.',
        source: first ? `${first.method} ${first.url}` : 'probe',
      },
    },
  ];
}

const notFunction = (reading: Reading<unknown>): reading is Unread =>
  !reading.ok && reading.cause !== 'absent';

export function doubtsOf(facts: ExposureFacts): Doubt[] {
  const doubts: Doubt[] = [];
  if (notFunction(facts.function))
    doubts.push(unread('private', `The function ${facts.target.name}`, facts.function));
  if (facts.service && !facts.service.ok) doubts.push(unread('private', 'The Run service', facts.service));
  if (!facts.ancestry.ok)
    doubts.push(unread('complete', 'The list of folders above the project', facts.ancestry));
  return [...doubts, ...policyDoubts(facts), ...memberDoubts(facts), ...probeDoubts(facts)];
}
