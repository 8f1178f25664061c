import type { Rules } from '../rule.ts';

/** What the error-budget gate finds. */
export const budgetRules = {
  'budget-exhausted': {
    title: 'The error budget is spent',
    severity: 'varies',
    why: 'Every further failure breaks the objective, and a release is the usual source of failures.',
  },
  'budget-unknown': {
    title: 'The error budget could not be read',
    severity: 'medium',
    why: 'Without the counts, the gate cannot tell whether there is budget left.',
  },
} as const satisfies Rules;
