import type { Rules } from '../rule.ts';

/** What a release or a rollback finds about the model of a revision. */
export const modelRules = {
  'model-alias-behind': {
    title: 'The alias of the model does not name the version that serves',
    severity: 'medium',
    why: 'Users get the model that the revision carries. Jobs and people that read the alias get another one.',
  },
  'model-tags-behind': {
    title: 'The versions of the model do not say which of them serves',
    severity: 'low',
    why: 'Whoever asks the registry later which version served when gets an answer with a gap. Traffic and alias are not affected.',
  },
  'model-before-gone': {
    title: 'The model of the revision to go back to is gone, or was overwritten',
    severity: 'high',
    why: 'A rollback moves the traffic at once, but new instances of that revision cannot load the model that it was released with.',
  },
} as const satisfies Rules;
