import type { Rules } from '../rule.ts';

/** What the guard finds about who can call the function. */
export const exposureRules = {
  'public-binding': {
    title: 'The public holds a role on the service that may allow calls',
    severity: 'critical',
    why: 'A binding of allUsers or allAuthenticatedUsers lets anyone call the function. A role that could not be read counts as one that allows calls.',
  },
  'inherited-public-binding': {
    title: 'The public holds a role on the project, a folder or the organisation that may allow calls',
    severity: 'critical',
    why: "The function inherits the binding, so the service's own policy does not show it.",
  },
  'public-impersonation': {
    title: 'The public can act as a service account with which the function can be called',
    severity: 'critical',
    why: 'A token or a key of that account opens the function to its holder. The policy of the service does not show this second step.',
  },
  'quasi-public-pool': {
    title: 'A pool that anyone can enter holds a role that allows calls',
    severity: 'critical',
    why: 'The provider of the pool accepts every token of its issuer without a condition, so anyone with an account there can call the function.',
  },
  'invoker-check-disabled': {
    title: 'The invoker check of the service is switched off',
    severity: 'critical',
    why: 'While invokerIamDisabled is set, a caller needs no role, although the IAM policy looks clean.',
  },
  'iap-public': {
    title: 'Identity-Aware Proxy lets the public in',
    severity: 'critical',
    why: 'Identity-Aware Proxy calls the function for everyone whom its own policy admits.',
  },
  'open-gateway': {
    title: 'An API gateway in front of the function has operations without a security requirement',
    severity: 'critical',
    why: 'The gateway calls the function with its own identity, so its callers need none.',
  },
  'anonymous-answer': {
    title: 'The function answered a request without a token',
    severity: 'critical',
    why: 'A stranger got through, even if the configuration looks private.',
  },
  'close-denied': {
    title: 'The guard may not close what is open',
    severity: 'critical',
    why: 'The function stays open until someone with the permission closes it.',
  },
  'public-control': {
    title: 'The public cannot call the function, but can change, delete or download it',
    severity: 'critical',
    why: 'Anyone who can replace the function can also make it public.',
  },
  'source-readable': {
    title: 'The public can read the bucket with the source of the function',
    severity: 'critical',
    why: 'The source shows everything that the function contains, including secrets in it.',
  },
  'images-readable': {
    title: 'The public can read the repository with the images of the function',
    severity: 'critical',
    why: 'An image contains the source and everything that was built into it.',
  },
  'missing-permission': {
    title: 'This identity lacks a permission to read something that decides about calls',
    severity: 'varies',
    why: 'What the guard cannot read cannot be part of its proof.',
  },
  'not-read': {
    title: 'Something that decides about calls could not be read',
    severity: 'varies',
    why: 'What the guard cannot read cannot be part of its proof.',
  },
  'policy-unreadable': {
    title: 'A policy contains something that the guard does not understand',
    severity: 'varies',
    why: 'An entry that the guard does not understand may let callers in.',
  },
  'opaque-group': {
    title: 'A group may call the function, and the guard cannot read who is in it',
    severity: 'medium',
    why: 'A group that anyone may join makes the function public.',
  },
  'unknown-member': {
    title: 'A binding names a kind of member that the guard does not know',
    severity: 'high',
    why: 'A member of an unknown kind may include the public.',
  },
  'probe-unclear': {
    title: 'No anonymous request was clearly refused',
    severity: 'high',
    why: 'Only a refused request proves that the function is private. Silence proves nothing.',
  },
  'public-non-invoker': {
    title: 'The public holds a role that does not allow calls',
    severity: 'low',
    why: 'It does no harm today, but a change of the role would open the function.',
  },
  'public-on-account': {
    title: 'The public holds a role on a service account that can call the function',
    severity: 'medium',
    why: 'The role alone does not let the public act as the account. Together with another permission it may.',
  },
  impersonation: {
    title: 'An identity can call the function by acting as a service account',
    severity: 'info',
    why: 'These identities are callers too, although the policy of the service does not name them.',
  },
  'account-unread': {
    title: 'The guard cannot read who may act as the accounts that can call the function',
    severity: 'low',
    why: 'A member who can mint tokens or keys of such an account can call the function.',
  },
  'public-under-false-condition': {
    title: 'The public holds a role under a condition that is false for the function',
    severity: 'low',
    why: 'It does no harm today, but a change of the condition would open the function.',
  },
  'domain-wide-access': {
    title: 'Everyone in a domain may call the function',
    severity: 'medium',
    why: 'This is not the public, but it is everyone in that company.',
  },
  'pool-wide-access': {
    title: 'Every identity in a pool may call the function',
    severity: 'medium',
    why: 'Only the condition of the provider keeps other tenants of its issuer away from the function.',
  },
  'ineffective-function-binding': {
    title: 'The public is bound on the function itself, where it has no effect',
    severity: 'low',
    why: 'The policy of the Cloud Run service decides who may call a 2nd gen function. This binding only misleads readers.',
  },
  'insecure-http': {
    title: 'The function also answers over plain http',
    severity: 'medium',
    why: 'Anyone on the network path can read a token that is sent over http.',
  },
  'no-preventive-policy': {
    title: 'No organisation policy prevents the function from becoming public',
    severity: 'varies',
    why: 'An enforced policy stops the mistake before it is made.',
  },
  'deny-policy': {
    title: 'A deny policy refuses calls by the public',
    severity: 'info',
    why: 'The verdict does not rely on it. It rests on the allow policies and on refused requests.',
  },
} as const satisfies Rules;
