import type { Rules } from '../rule.ts';

/** What a watch finds. */
export const watchRules = {
  'counts-doubtful': {
    title: 'The counters of requests may not be what they say',
    severity: 'varies',
    why: 'A counter that does not exist, or that counts a request twice, gives numbers that are not real.',
  },
  'nothing-checked': {
    title: 'Nothing was checked',
    severity: 'medium',
    why: 'No request reached the new revision, so it is unknown whether it works.',
  },
  'watch-blind': {
    title: 'The watch could not see all requests',
    severity: 'varies',
    why: 'A watch that sees only a part proves less, and one that sees nothing proves nothing.',
  },
} as const satisfies Rules;
