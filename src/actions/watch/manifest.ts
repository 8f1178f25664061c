import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'watch',
  description:
    'Watches a revision against its error budget, and says whether to take it back and how likely that is to be wrong.',
  icon: 'activity',
  main: 'main.js',
  outputs: {
    ...shared('verdict', 'reason'),
    outcome: sharedAnd(
      'outcome',
      '`held` if the traffic should stay as it is, `blocked` if the error budget was spent, else empty.',
    ),
    report: sharedAnd('report', '`replay` reads it.'),
    blame:
      '`release`, `platform` (both revisions fail), `unknown` (at 100 % there is no revision to compare with) or `none`.',
    decided_at_seconds: 'Seconds from the start of the watch to its decision.',
    next: 'What to do next: `go_on`, `hold` or `roll_back`.',
    requests: 'Number of requests from users to the revision that were judged.',
    bad: 'Number of these requests that failed.',
    budget_remaining: 'Fraction of the error budget that remains. Below 0 if more was spent than there was.',
    budget_spent: 'Part of the error budget that was spent during this watch, in words.',
  },
};
