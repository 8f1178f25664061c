/** Why a watch ended without a decision. */
export type OpenEnd = 'too_few_requests' | 'blind' | 'platform';
export type OpenEndPolicy = 'promote' | 'hold' | 'roll_back';
export type NextStep = 'go_on' | 'hold' | 'roll_back';

/** What to do at each open end. Where too little was seen, the release has passed every other proof. */
export const openEndDefaults: Record<OpenEnd, OpenEndPolicy> = {
  too_few_requests: 'promote',
  blind: 'hold',
  platform: 'hold',
};

const steps: Record<OpenEndPolicy, NextStep> = { promote: 'go_on', hold: 'hold', roll_back: 'roll_back' };

/** A step that is not the last may always go on when it has merely seen too little: the next one sees more. */
export function nextStep(
  end: OpenEnd,
  policy: Partial<Record<OpenEnd, OpenEndPolicy>> | undefined,
  last: boolean,
): NextStep {
  if (end === 'too_few_requests' && !last) return 'go_on';
  return steps[policy?.[end] ?? openEndDefaults[end]];
}
