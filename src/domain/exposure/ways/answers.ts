import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { showPolicy } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import type { Way } from './way.ts';

/**
 * The function answered an anonymous request.
 * @param explained true if the configuration that was read shows how an anonymous request gets in
 */
export function answerWays(facts: ExposureFacts, explained: boolean): Way[] {
  const reached = facts.probes.filter((probe) => probe.class === 'reached');
  const [first] = reached;
  if (!first) return [];
  const call = `${first.method} ${first.url}`;
  const urls = new Set(reached.map(({ url }) => url));
  const answer = `answered a request without a token (${call}: ${first.status})`;
  return [
    {
      seenIn: 'answer',
      certain: true,
      anonymous: true,
      clause: `it ${answer}`,
      path: [{ text: `${call} without a token: ${first.note}`, call }],
      finding: {
        ...ofRule(exposureRules, 'anonymous-answer'),
        title: `The function ${answer}.`,
        why: `${reached.length} of ${facts.probes.length} anonymous requests reached it, on ${urls.size} ${urls.size === 1 ? 'URL' : 'URLs'}.`,
        ...whereToLook(facts, explained),
        source: call,
      },
      repair: undefined,
    },
  ];
}

function whereToLook(facts: ExposureFacts, explained: boolean): Pick<Finding, 'fix' | 'commands'> {
  if (explained) return { fix: 'Close what the other findings name, then run the guard again.' };
  const late =
    'If you have just closed the function, IAM needs up to 7 minutes. Run the job again after that.';
  const unread = facts.policies.filter(
    ({ level, reading }) => !reading.ok && level !== 'source' && level !== 'images',
  );
  if (unread.length === 0) return { fix: `Nothing that the guard read explains this answer. ${late}` };
  return {
    fix: `The cause may be in a policy that the guard could not read. ${late} Otherwise an administrator should look at it:`,
    commands: unread.map(({ level, resource }) => showPolicy(level, resource, facts.target)),
  };
}
