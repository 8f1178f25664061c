import type { Rules } from '../rule.ts';

/** Findings about servers and settings besides Google Cloud on which a verdict relies. */
export const basisRules = {
  'foreign-endpoint': {
    title: 'Another server than Google answered',
    severity: 'high',
    why: 'A step of the job set an endpoint or a universe. That server can say that a function is private when it is not.',
  },
  'certificates-not-checked': {
    title: 'Certificates were not checked',
    severity: 'high',
    why: 'Any server on the network path can then answer in the name of Google.',
  },
} as const satisfies Rules;
