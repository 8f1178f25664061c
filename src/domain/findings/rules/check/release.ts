import type { Rules } from '../../rule.ts';

/** What `check` finds in files about how a release runs. */
export const releaseChecks = {
  'deploy-from-pr': {
    title: 'A pull request deploys to production',
    severity: 'high',
    why: 'The code of a pull request is not reviewed yet, and its job runs with the rights of the deployment.',
  },
  'no-environment': {
    title: 'A job that releases has no environment',
    severity: 'medium',
    why: 'An environment brings approvals, rules for branches and the claim environment, which a login condition can ask for.',
  },
  'release-cancelled': {
    title: 'A newer run cancels a release half-way',
    severity: 'high',
    why: 'The runner kills the job in the middle of a canary. The traffic then stays where it happens to be. Some linters suggest cancel-in-progress: true; that is right for tests and wrong for a release.',
  },
  'release-concurrent': {
    title: 'Two releases of one target can run at the same time',
    severity: 'medium',
    why: 'Each release moves the traffic of the other one, and neither can tell whose requests fail.',
  },
  'timeout-too-short': {
    title: 'The job is shorter than its release can take',
    severity: 'high',
    why: 'The runner kills the job in the middle of a canary, before the release can send the traffic back.',
  },
  'uses-moving': {
    title: 'An action is not pinned to a commit',
    severity: 'medium',
    why: 'A tag or a branch can move. Whoever moves it runs code in your job, with its tokens and secrets.',
  },
  'runtime-end': {
    title: 'A runtime is or soon will be out of support',
    severity: 'varies',
    why: 'A deprecated runtime gets no security updates. Google no longer builds a decommissioned one, so the next release fails.',
  },
  'suite-slo-invalid': {
    title: 'A smoke suite or an SLO file is not valid',
    severity: 'high',
    why: 'The release would stop at this file, or could never pass with it.',
  },
  'check-unreadable': {
    title: 'A file could not be checked',
    severity: 'medium',
    why: 'A file that was not read is not a file that is good. A pull request must not hide a change in one.',
  },
} as const satisfies Rules;
