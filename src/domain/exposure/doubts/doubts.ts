import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import type { ExposureFacts, Level } from '../facts.ts';
import { policyName } from '../places.ts';
import { decidesCalls, generationOf } from '../policy/holdings.ts';
import { isRefusal } from '../probes.ts';
import { accountDoubts } from './accounts.ts';
import { type Doubt, unreadDoubt } from './doubt.ts';
import { memberDoubts } from './members.ts';

const levelBlocks = (level: Level): Doubt['blocks'] =>
  level === 'folder' || level === 'organization' ? 'complete' : 'private';

function policyDoubts(facts: ExposureFacts): Doubt[] {
  const doubts: Doubt[] = [];
  const generation = generationOf(facts);
  const iapOn = facts.service?.ok === true && facts.service.value.iapEnabled;
  for (const fact of facts.policies) {
    const { level, resource, reading } = fact;
    if (!decidesCalls(fact, generation) && !(level === 'iap' && iapOn)) continue;
    const blocks = levelBlocks(level);
    const what = policyName(level, resource);
    if (!reading.ok) {
      doubts.push(unreadDoubt(facts, blocks, what, reading));
      continue;
    }
    const [problem, ...others] = reading.value.problems;
    if (problem === undefined) continue;
    const more = others.length === 0 ? '' : ` ${others.length} more of its entries are invalid.`;
    doubts.push({
      blocks,
      what: `${what} (${problem})`,
      clause: `${what} is not a valid policy (${problem})`,
      call: reading.call,
      permission: undefined,
      finding: {
        rule: 'policy-unreadable',
        about: [level, resource],
        severity: blocks === 'private' ? 'high' : 'medium',
        title: `The guard does not understand ${what}: ${problem}.`,
        why: `An entry that the guard does not understand may let callers in.${more}`,
        source: reading.call,
      },
    });
  }
  return doubts;
}

function probeDoubts(facts: ExposureFacts): Doubt[] {
  if (!facts.exists) return [];
  const asked = facts.probes.filter((probe) => !(probe.guessed && probe.class === 'no-answer'));
  const unclear = asked.filter((probe) => !isRefusal(probe.class) && probe.class !== 'reached');
  const [first] = unclear;
  if (asked.length > 0 && !first) return [];
  const request = first ? `${first.method} ${first.url}` : 'probe';
  return [
    {
      blocks: 'private',
      what: first ? `the answer to ${request} without a token (${first.note})` : 'any answer of the function',
      clause: first
        ? `the answer to ${request} without a token proves nothing (${first.note})`
        : 'the function has no URL to which the guard can send an anonymous request',
      call: request,
      permission: undefined,
      finding: {
        ...ofRule(exposureRules, 'probe-unclear'),
        title: first
          ? `${unclear.length} of ${asked.length} anonymous requests got an answer that proves nothing. The first: ${request}: ${first.note}.`
          : 'The function has no URL to which the guard can send an anonymous request.',
        why: 'Only a refused request proves that the function is private. Silence proves nothing.',
        fix: unclear.some((probe) => probe.class === 'foreign')
          ? 'Run this job on a runner whose requests reach the function directly, or let the proxy pass them: add the host of the function to NO_PROXY.'
          : undefined,
        source: request,
      },
    },
  ];
}

/** Everything that prevents a complete proof, with the most important reads first. */
export function doubtsOf(facts: ExposureFacts): Doubt[] {
  const { function: described, service, ancestry, target } = facts;
  const doubts: Doubt[] = [];
  if (!described.ok && described.cause !== 'absent')
    doubts.push(unreadDoubt(facts, 'private', `the function ${target.name}`, described));
  if (service && !service.ok)
    doubts.push(unreadDoubt(facts, 'private', 'the Cloud Run service of the function', service));
  if (!ancestry.ok)
    doubts.push(unreadDoubt(facts, 'complete', 'the list of folders above the project', ancestry));
  const { gateways } = facts;
  if (gateways && !gateways.ok && (gateways.cause === 'denied' || gateways.cause === 'failed'))
    doubts.push(unreadDoubt(facts, 'complete', 'the API gateways of the project', gateways));
  return [
    ...doubts,
    ...policyDoubts(facts),
    ...memberDoubts(facts),
    ...probeDoubts(facts),
    ...accountDoubts(facts),
  ];
}
