import type { Rules } from '../rule.ts';

/** What is found when configurations are measured. */
export const capacityRules = {
  'capacity-not-final': {
    title: 'A cheaper configuration may keep the objective too',
    severity: 'low',
    why: 'The search ended at one of its bounds before every cheaper configuration was measured or ruled out.',
  },
  'capacity-none': {
    title: 'No configuration of those that were asked for keeps the objective',
    severity: 'high',
    why: 'At this rate, answers are late or wrong more often than the objective allows, whichever of the sizes the service has.',
  },
  'capacity-left': {
    title: 'Revisions of the measurement are still there',
    severity: 'low',
    why: 'Cloud Run did not delete them in time. They get no traffic, have no URL, and cost nothing.',
  },
} as const satisfies Rules;
