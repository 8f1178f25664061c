import type { Rules } from '../rule.ts';

/** What is found in a pipeline that trains a model, and in its job. */
export const pipelineRules = {
  'pipeline-failed': {
    title: 'A job of a pipeline did not succeed',
    severity: 'high',
    why: 'A job that was cancelled, paused, or of which a part has failed has made no model that anybody has judged.',
  },
  'pipeline-not-run': {
    title: 'A task that has to run did not run in this job',
    severity: 'high',
    why: 'A training that is taken from the cache, or never triggered, trains nothing. The job succeeds all the same.',
  },
  'pipeline-requirement': {
    title: 'A metric misses its bar, or was not measured',
    severity: 'high',
    why: 'A model that is worse than the bar, or than the one that serves, must not be released.',
  },
  'pipeline-cached': {
    title: 'Results of earlier jobs were taken from the cache',
    severity: 'info',
    why: 'They are as old as the job that made them.',
  },
  'pipeline-platform': {
    title: 'The file has settings for Kubernetes that Vertex AI does not read',
    severity: 'low',
    why: 'A limit, a secret or a volume that stands only there has no effect.',
  },
} as const satisfies Rules;
