import type { Rules } from '../../rule.ts';

/** What `check` finds in files about who may call a function, and about keys and secrets. */
export const accessChecks = {
  'public-flag': {
    title: 'A command deploys with --allow-unauthenticated',
    severity: 'critical',
    why: 'The flag gives allUsers the right to call the function. Anyone on the internet can then send it requests, at your cost.',
  },
  'public-flags-file': {
    title: 'A flags file may hold --allow-unauthenticated',
    severity: 'medium',
    why: 'With --flags-file, gcloud reads more options from a file. A reviewer who reads the command does not see them.',
  },
  'public-binding': {
    title: 'A file grants the public a role that allows calls',
    severity: 'critical',
    why: 'The member allUsers is everyone, and allAuthenticatedUsers is everyone with a Google account. Both make the function public.',
  },
  'invoker-check-off': {
    title: 'A file switches the invoker check off',
    severity: 'critical',
    why: 'Without the check, Cloud Run lets every request in, whatever the IAM policy says. The policy still looks private.',
  },
  'firebase-public': {
    title: 'A Firebase function has no invoker, so its first deploy makes it public',
    severity: 'high',
    why: 'The Firebase CLI gives allUsers the right to call a new HTTP function if the source does not say who may.',
  },
  'deploy-unguarded': {
    title: 'A job deploys an HTTP function and never checks that it is private',
    severity: 'medium',
    why: 'The flag --no-allow-unauthenticated only removes allUsers. Other public members, other roles and a switched-off invoker check stay.',
  },
  'guard-softened': {
    title: 'A guard can no longer stop the job',
    severity: 'high',
    why: 'A guard whose failure is ignored, or that is gone, protects nothing. A change that weakens it needs the review of an owner.',
  },
  'key-login': {
    title: 'A workflow logs in with the key of a service account',
    severity: 'critical',
    why: 'A key works from anywhere and does not expire. Workload identity federation gives each job a token of minutes, and there is nothing to steal.',
  },
  'key-committed': {
    title: 'The key of a service account is in the repository',
    severity: 'critical',
    why: 'Everyone who can read the repository, or an old clone of it, can act as the account. Deleting the file does not help: the key has to be revoked.',
  },
  'secret-as-variable': {
    title: 'A secret becomes a plain environment variable of the function',
    severity: 'high',
    why: 'Everyone who may view the function can read its variables, and they appear in its audit log and in Terraform state.',
  },
  'secret-latest': {
    title: 'An environment variable follows the latest version of a secret',
    severity: 'low',
    why: 'The value is read when an instance starts, so instances of one revision can have different values, and a rollback does not bring the old value back.',
  },
  'env-in-upload': {
    title: 'The upload of a function holds a file with secrets',
    severity: 'high',
    why: 'The source of a function is kept in a bucket and in the image. Everyone who can read one of them gets the file.',
  },
  'creds-swept': {
    title: 'A later step may pack the credentials file of the login',
    severity: 'high',
    why: 'The action google-github-actions/auth writes gha-creds-*.json into the workspace. Whoever gets the image or the archive can use it while the job runs.',
  },
  'gateway-open': {
    title: 'An operation of an API definition needs no credential',
    severity: 'critical',
    why: 'A gateway calls the function with its own identity. IAM says that the function is private, and yet anyone gets in.',
  },
  'gateway-limits': {
    title: 'An API definition lacks a limit that the function needs',
    severity: 'medium',
    why: 'A gateway gives up after 15 seconds if the definition does not set a deadline, whatever the function and the slowest case of its smoke suite need, and without a quota one caller can spend your whole budget.',
  },
} as const satisfies Rules;
