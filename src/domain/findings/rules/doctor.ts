import type { Rules } from '../rule.ts';

/** What the doctor finds besides the login and the permissions. */
export const doctorRules = {
  'doctor-logs-off': {
    title: 'Request logs are not kept',
    severity: 'high',
    why: 'A watch that counts requests in the logs would see none, and a release would be held or promoted without evidence.',
  },
  'doctor-logs-perhaps-off': {
    title: 'A filter may leave out request logs',
    severity: 'medium',
    why: 'If it leaves out some of them, a watch that counts requests in the logs sees only the others.',
  },
  'doctor-branch-open': {
    title: 'The environment admits every branch',
    severity: 'medium',
    why: 'Anyone who may push a branch can release from it. The condition of the login may still keep it out.',
  },
  'doctor-file': {
    title: 'A file that a release reads cannot be used',
    severity: 'high',
    why: 'The release would stop at this file.',
  },
  'doctor-runtime': {
    title: 'The runtime is deprecated or ends soon',
    severity: 'varies',
    why: 'Google stops building a runtime that is decommissioned, so neither a release nor a fix can be built then.',
  },
  'doctor-no-way-back': {
    title: 'There is no revision to go back to',
    severity: 'medium',
    why: 'A rollback needs an earlier revision that is ready. After a first release there is none yet.',
  },
  'doctor-image-gone': {
    title: 'The image of the revision to go back to is gone',
    severity: 'high',
    why: 'Cloud Run keeps its own copy of an image only while a revision that uses it serves. Without the image, a rollback may not be able to start the revision.',
  },
  'doctor-image-unseen': {
    title: 'Nobody looked whether the image of the revision to go back to is still there',
    severity: 'low',
    why: 'Its registry is not one that the login of this job can read. Cloud Run keeps its own copy of an image only while a revision that uses it serves.',
  },
  'doctor-image-cleaned': {
    title: 'A clean-up policy deletes the image of the revision to go back to',
    severity: 'medium',
    why: 'Artifact Registry deletes what a policy names. The revision stays, but a rollback may not be able to start it.',
  },
} as const satisfies Rules;
