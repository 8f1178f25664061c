import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { enableInvokerCheck, serviceShortName } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { callStep, type Way } from './way.ts';

/** Cloud Run asks no policy at all while the invoker check of the service is off. */
export function invokerCheckWays(facts: ExposureFacts): Way[] {
  const { service, target } = facts;
  if (!service?.ok || !service.value.invokerIamDisabled) return [];
  const name = serviceShortName(target);
  return [
    {
      seenIn: 'configuration',
      certain: true,
      anonymous: true,
      clause: `the invoker check of the service ${name} is switched off`,
      path: [
        {
          text: `the invoker check of ${name} is off (invokerIamDisabled), so Cloud Run asks no policy`,
          call: service.call,
        },
        callStep(facts),
      ],
      finding: {
        ...ofRule(exposureRules, 'invoker-check-disabled'),
        title: `The invoker check of the service ${name} is switched off.`,
        why: 'While invokerIamDisabled is set, a caller needs no role, although the IAM policy looks clean.',
        fix: 'Switch it on:',
        commands: [enableInvokerCheck(target)],
        source: service.call,
      },
      repair: { kind: 'check-invoker' },
    },
  ];
}
