import type { Rules } from '../rule.ts';

/** What the doctor finds about the login without a key. */
export const loginRules = {
  'login-no-condition': {
    title: 'The provider has no attribute condition',
    severity: 'high',
    why: 'Every repository on GitHub gets into the pool. Only the members in each policy tell them apart then.',
  },
  'login-stranger-other-owner': {
    title: 'A repository of another owner passes the condition',
    severity: 'varies',
    why: 'Its workflows may get as far as this run does.',
  },
  'login-stranger-fork': {
    title: 'A fork of this repository passes the condition',
    severity: 'varies',
    why: 'Anyone can make a fork and run a workflow in it.',
  },
  'login-stranger-look-alike': {
    title: 'A name that begins like this one passes the condition',
    severity: 'varies',
    why: 'Anyone can register a name that a loose comparison accepts.',
  },
  'login-stranger-look-alike-ending': {
    title: 'A name that ends like this one passes the condition',
    severity: 'varies',
    why: 'Anyone can register a name that a loose comparison accepts.',
  },
  'login-stranger-taken-over-name': {
    title: 'A new owner of this name passes the condition',
    severity: 'varies',
    why: 'After a rename or a deletion, someone else can register the name. Only the ids stay with you.',
  },
  'login-stranger-other-repository': {
    title: 'Another repository of the same owner passes the condition',
    severity: 'varies',
    why: 'Everyone who can push to that repository may get as far as this run does.',
  },
  'login-stranger-look-alike-repository': {
    title: 'A repository of the same owner with a similar name passes the condition',
    severity: 'varies',
    why: 'Everyone who can create such a repository may get as far as this run does.',
  },
  'login-stranger-pull-request': {
    title: 'A pull request in this repository passes the condition',
    severity: 'varies',
    why: 'Unreviewed code may get as far as a release does.',
  },
  'login-stranger-pull-request-target': {
    title: 'A pull request from a fork passes the condition, through pull_request_target',
    severity: 'varies',
    why: 'The token of such a run names the branch that the pull request wants to get into. A workflow that checks out the code of the pull request then runs it with the access of a release.',
  },
  'login-stranger-other-branch': {
    title: 'Another branch of this repository passes the condition',
    severity: 'varies',
    why: 'Code that is not on the release branch may get as far as a release does.',
  },
  'login-stranger-self-hosted': {
    title: 'A job on a self-hosted runner passes the condition',
    severity: 'varies',
    why: 'Other jobs on the same machine may be able to read its tokens.',
  },
  'login-sibling': {
    title: 'Another provider of the same pool lets in more',
    severity: 'varies',
    why: 'Both providers lead to the same principals, so the weaker condition is the one that counts.',
  },
  'login-pool-wide': {
    title: 'The whole pool may act as the service account',
    severity: 'high',
    why: 'Every identity that any provider of the pool lets in gets the account.',
  },
  'login-member-unmapped': {
    title: 'A member names an attribute that the provider does not map',
    severity: 'high',
    why: 'Such a member never matches.',
  },
  'login-member-case': {
    title: 'A member differs from this run only in upper and lower case',
    severity: 'high',
    why: 'IAM compares members case-sensitively, so the member does not match.',
  },
  'login-member-missing': {
    title: 'No member of the policy of the service account matches this run',
    severity: 'critical',
    why: 'This run may not act as the account.',
  },
  'login-user-managed-keys': {
    title: 'The service account has user-managed keys',
    severity: 'high',
    why: 'A key is a password that does not expire. Anyone who has one can log in without a workload identity.',
  },
  'login-broad-role': {
    title: 'The service account holds a broad role on the project',
    severity: 'varies',
    why: 'A stolen token could change more than the function.',
  },
  'login-clock': {
    title: "The runner's clock is wrong",
    severity: 'varies',
    why: 'Google refuses tokens that seem to be from the future or too old.',
  },
  'login-provider-unusable': {
    title: 'The pool or the provider is disabled or deleted',
    severity: 'critical',
    why: 'Google exchanges no token for it.',
  },
  'login-issuer': {
    title: 'The provider does not accept the issuer of this run',
    severity: 'critical',
    why: 'Google refuses tokens of any other issuer.',
  },
  'login-audience': {
    title: "The provider does not accept this run's audience",
    severity: 'critical',
    why: 'Google refuses a token with any other audience.',
  },
  'login-many-audiences': {
    title: 'The provider accepts several audiences',
    severity: 'low',
    why: 'A token that was made for another purpose is accepted here too.',
  },
  'login-foreign-discovery': {
    title: "The provider reads the issuer's keys from another address",
    severity: 'varies',
    why: 'Whoever answers at that address decides which keys are right, and can log in as any repository.',
  },
  'login-uploaded-keys': {
    title: "The provider uses uploaded keys instead of the issuer's own keys",
    severity: 'varies',
    why: "For GitHub's own issuer, anyone who holds the private key can log in as any repository. For a server that Google cannot reach, logins fail after a rotation until the new keys are uploaded.",
  },
  'login-mapping': {
    title: 'An attribute mapping gives no text for this run',
    severity: 'varies',
    why: 'Google refuses the exchange, or the attribute is missing where a policy needs it.',
  },
  'login-attribute-absent': {
    title: 'This run has no value for a mapped attribute',
    severity: 'info',
    why: 'The attribute is then not mapped, and members that name it do not match this run. Nothing else changes.',
  },
  'login-condition-unknown': {
    title: 'Only Google can evaluate a part of the condition',
    severity: 'info',
    why: 'The part uses something that the doctor does not evaluate. Google may accept this run.',
  },
  'login-mapping-unknown': {
    title: 'Only Google can compute a mapping',
    severity: 'info',
    why: 'The expression uses something that the doctor does not evaluate. What depends on this attribute is not checked.',
  },
  'login-stranger-unknown': {
    title: 'The doctor cannot tell who else passes the condition',
    severity: 'low',
    why: 'Whether these runs get in depends on a part of the condition that only Google can evaluate.',
  },
  'login-condition': {
    title: 'The attribute condition rejects this run',
    severity: 'critical',
    why: 'Google exchanges the token only if the condition is true.',
  },
  'login-subject-length': {
    title: 'The mapped subject is longer than 127 bytes, or close to it',
    severity: 'varies',
    why: 'Google refuses a longer subject. A longer branch or environment name is enough to get there.',
  },
  'login-attributes-size': {
    title: 'The mapped attributes are larger than Google accepts',
    severity: 'critical',
    why: 'Google refuses the exchange above 8192 bytes.',
  },
  'login-rename': {
    title: 'A rename of the repository would lock it out',
    severity: 'low',
    why: 'The condition or a policy compares a name instead of an id.',
  },
  'login-immutable-subject': {
    title: "GitHub's immutable subject would lock this repository out",
    severity: 'varies',
    why: 'GitHub puts ids into the subject after a rename, a transfer or a change of settings.',
  },
  'login-unread': {
    title: 'The doctor could not read a part of the set-up',
    severity: 'info',
    why: 'This identity lacks the permission. Someone who has it can run the command of the finding.',
  },
} as const satisfies Rules;
