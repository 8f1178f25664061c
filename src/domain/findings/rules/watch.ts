import type { Rules } from '../rule.ts';

/** What a watch finds. */
export const watchRules = {
  'watch-blind': {
    title: 'The watch could not see all requests',
    severity: 'varies',
    why: 'A watch that sees only a part proves less, and one that sees nothing proves nothing.',
  },
} as const satisfies Rules;
