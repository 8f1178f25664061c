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
  'model-traffic-moved': {
    title: 'The traffic is not where the last release or rollback left it',
    severity: 'medium',
    why: 'Somebody has moved it with another tool, so no smoke test and no watch has judged the model that serves now, and the record does not name it.',
  },
  'model-not-carried': {
    title: 'What serves does not carry the model',
    severity: 'medium',
    why: 'A revision that names no version of the model loads one by itself, so a rollback of the traffic does not take the model back.',
  },
  'model-serving-gone': {
    title: 'The files of the model that serves are gone, or were overwritten',
    severity: 'high',
    why: 'Running instances go on. New ones cannot load the model that was tested, or load another one.',
  },
  'model-before-gone': {
    title: 'The model of the revision to go back to is gone, or was overwritten',
    severity: 'high',
    why: 'A rollback moves the traffic at once, but new instances of that revision cannot load the model that it was released with.',
  },
} as const satisfies Rules;
