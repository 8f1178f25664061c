import { shortName } from '../../data/resource-name.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import type { ExposureFacts } from '../facts.ts';
import type { Way } from './way.ts';

/** An API Gateway calls the function with its own identity, even for callers without a key or a token. */
export function gatewayWays(facts: ExposureFacts): Way[] {
  if (!facts.gateways?.ok) return [];
  const { value, call } = facts.gateways;
  return value.flatMap(({ name, host, openOperations, totalOperations }): Way[] => {
    const short = shortName(name);
    if (openOperations.length === 0 || facts.trusted.includes(`gateway:${short}`)) return [];
    const clause = `API Gateway ${short} forwards ${openOperations.length} of ${totalOperations} operations to the function without asking for a key or a token`;
    const verb = openOperations.length === 1 ? 'has' : 'have';
    return [
      {
        seenIn: 'configuration',
        certain: true,
        anonymous: false,
        clause,
        path: [
          { text: `anyone calls ${openOperations[0]} on https://${host} without a key or a token`, call },
          { text: `the gateway ${name} calls the function with its own identity`, call },
        ],
        finding: {
          ...ofRule(exposureRules, 'open-gateway'),
          about: [name],
          title: `${clause}.`,
          why: `${openOperations.slice(0, 5).join(', ')} ${verb} no security requirement.`,
          fix: `Add \`security:\` to these operations and update the gateway. If they are meant to be open, list gateway:${short} in trusted_principals.`,
          source: call,
        },
        repair: undefined,
      },
    ];
  });
}
