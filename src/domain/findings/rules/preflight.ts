import type { Rules } from '../rule.ts';

/** What a preflight finds: what later stages need and what is not there. */
export const preflightRules = {
  'preflight-missing': {
    title: 'Something that a later stage needs is missing',
    severity: 'high',
    why: 'The release would have failed later, after a build or with users on the new revision. So it stopped before it changed anything.',
  },
  'preflight-optional': {
    title: 'Something useful is missing',
    severity: 'low',
    why: 'The release goes on without it. The finding says what is then not checked, or not possible.',
  },
  'preflight-reads-only': {
    title: 'The account of the plan can only read',
    severity: 'info',
    why: 'A plan changes nothing, so its account needs no more. What the account that deploys lacks is found by its own dry run and by the doctor.',
  },
  'preflight-unchecked': {
    title: 'Something could not be tried before the first change',
    severity: 'info',
    why: 'Google did not answer the question whether it is there. If it is missing, a later stage says so.',
  },
} as const satisfies Rules;
