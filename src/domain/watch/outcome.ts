/** Why a watch ended without a decision. */
export type OpenEnd = 'too_few_requests' | 'blind' | 'platform' | 'client_errors';
export type OpenEndPolicy = 'promote' | 'hold' | 'roll_back';
export type NextStep = 'go_on' | 'hold' | 'roll_back';

/** What to do by default. With too few requests the release goes on, because it has passed every other check. */
export const openEndDefaults: Record<OpenEnd, OpenEndPolicy> = {
  too_few_requests: 'promote',
  blind: 'hold',
  platform: 'hold',
  client_errors: 'hold',
};

const nextSteps: Record<OpenEndPolicy, NextStep> = { promote: 'go_on', hold: 'hold', roll_back: 'roll_back' };

/** What the user wants for this end. */
export const policyFor = (
  end: OpenEnd,
  policy: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined,
): OpenEndPolicy => policy?.[end] ?? openEndDefaults[end];

/** With too few requests, a step that is not the last always goes on, because the next step will see more. */
export function nextStep(
  end: OpenEnd,
  policy: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined,
  last: boolean,
): NextStep {
  if (end === 'too_few_requests' && !last) return 'go_on';
  return nextSteps[policyFor(end, policy)];
}
