import type { Rules } from '../../rule.ts';

/** What `check` finds in files about workload identity and the tokens of jobs. */
export const loginChecks = {
  'wif-no-condition': {
    title: 'A provider for GitHub has no attribute condition',
    severity: 'critical',
    why: 'Every repository on GitHub gets a token from the same issuer. Without a condition, each of them gets into the pool.',
  },
  'wif-hole': {
    title: 'A condition lets in repositories or runs that it should keep out',
    severity: 'varies',
    why: 'Names can be chosen, renamed and registered again by others. Only the numeric ids of GitHub belong to one owner for good.',
  },
  'wif-never': {
    title: 'A condition is never true',
    severity: 'high',
    why: 'Claims of GitHub are texts. A comparison with a number, or with a name in another case, fails for every run, so no job can log in.',
  },
  'wif-subject-long': {
    title: 'The attribute google.subject can be longer than 127 bytes',
    severity: 'medium',
    why: 'Google refuses the login of a run whose subject is too long. That happens on the first long branch name.',
  },
  'wif-uploaded-keys': {
    title: 'A provider for GitHub trusts uploaded keys',
    severity: 'high',
    why: 'Whoever holds the private half of an uploaded key can sign a token of any repository. GitHub publishes its own keys.',
  },
  'principal-wide': {
    title: 'A role is granted to more identities than one repository',
    severity: 'critical',
    why: 'Each identity of the pool, or each repository of the owner, can act as the account.',
  },
  'deployer-too-strong': {
    title: 'The account of the deployment has more rights than a deployment needs',
    severity: 'high',
    why: 'Anyone who takes over a workflow that logs in as this account gets all of its rights.',
  },
  'id-token-missing': {
    title: 'A job logs in without a key and may not get an identity token',
    severity: 'high',
    why: 'GitHub gives a job its identity token only with the permission id-token: write, which no default includes.',
  },
  'id-token-wide': {
    title: 'More jobs than the one that logs in can get an identity token',
    severity: 'medium',
    why: 'Every job with id-token: write can log in to Google Cloud, whatever code it runs.',
  },
  'untrusted-login': {
    title: "A job that can log in runs a stranger's code",
    severity: 'critical',
    why: 'The event runs in the context of the default branch, with its secrets and its identity, and the code comes from a pull request.',
  },
} as const satisfies Rules;
