import type { Rules } from '../rule.ts';

/** What the calendar forbids. */
export const freezeRules = {
  'release-frozen': {
    title: 'A window of `freeze` forbids releases at this time',
    severity: 'varies',
    why: 'Nobody may be there to repair what a release breaks now. A reason in `freeze_override` lets one release pass, and it stays in the report.',
  },
} as const satisfies Rules;
