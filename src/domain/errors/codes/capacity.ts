import type { ErrorEntries } from '../entry.ts';

/** Errors of the measurement of configurations. */
export const capacityErrors = {
  'capacity-refused': {
    title: 'This service cannot be measured now',
    why: 'A measurement makes revisions that get no traffic. It does not begin if one of them could get traffic, could be reached by others, or would be in the way of a release.',
    check: 'The message names what is in the way.',
    fix: 'Remove what is in the way, then run the job again.',
    inMessages: ['fix'],
  },
} as const satisfies ErrorEntries;
