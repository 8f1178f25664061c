import type { Rules } from '../rule.ts';

/** What is found when objectives become alerts and dashboards. */
export const sloRules = {
  'slo-inexpressible': {
    title: 'A monitoring system cannot keep an objective as it is written',
    severity: 'high',
    why: 'An objective that is rounded to what the system can say is another promise than the one that releases keep. So nothing is made.',
  },
  'slo-foreign': {
    title: 'Something of the same name is there and is not ours',
    severity: 'high',
    why: 'Only what carries the mark of this tool is changed. Somebody else may rely on what has the name now.',
  },
  'slo-drift': {
    title: 'Alerts or dashboards differ from the SLO file',
    severity: 'medium',
    why: 'The pager and the gate of releases then judge by different objectives.',
  },
  'slo-stale': {
    title: 'Something is left of an objective that the file no longer has',
    severity: 'low',
    why: 'It still alerts. It is deleted only if prune is set.',
  },
  'slo-pair-left-out': {
    title: 'An alert of the usual four is left out',
    severity: 'info',
    why: 'It could never fire, would fire although the objective is kept, or needs a window that the system does not have.',
  },
} as const satisfies Rules;
