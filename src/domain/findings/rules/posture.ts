import type { Rules } from '../rule.ts';

/** What the posture finds about each protection. What else was seen decides how severe it is. */
export const postureRules = {
  'posture-callers': {
    title: 'The public can call the service',
    severity: 'varies',
    why: 'The guard decides this from every policy, role and answer. A stranger who gets in can use and abuse the service.',
  },
  'posture-changers': {
    title: 'An identity that should not can replace the service',
    severity: 'varies',
    why: 'Who can replace the code can also read its secrets and make it public.',
  },
  'posture-secret-readers': {
    title: 'More identities than the service can read its secrets',
    severity: 'varies',
    why: 'A secret is as safe as the least careful identity that can read it.',
  },
  'posture-runtime-account': {
    title: 'The service runs as a shared or a powerful account',
    severity: 'varies',
    why: 'A hole in the code gives a caller everything that this account may do.',
  },
  'posture-organization-policy': {
    title: 'No organisation policy forbids that the service becomes public',
    severity: 'varies',
    why: 'A policy of the organisation holds for every project and every deployer, also for a mistake of tomorrow.',
  },
  'posture-deny-policy': {
    title: 'No deny policy refuses calls by the public, or it has exceptions',
    severity: 'varies',
    why: 'A deny policy wins over every binding. A rule with exceptions or a condition leaves a way.',
  },
  'posture-gateway': {
    title: 'The gateway can be passed, or there is none',
    severity: 'varies',
    why: 'A gateway checks keys, tokens and quotas before the service works. A caller who reaches the service without it meets none of them.',
  },
  'posture-iap': {
    title: 'Identity-Aware Proxy can be passed, or it is off',
    severity: 'varies',
    why: 'The proxy on a load balancer does not guard the URL of Cloud Run, and a binding of the public lets everyone sign in.',
  },
  'posture-balancer': {
    title: 'Requests reach the service beside the load balancer',
    severity: 'varies',
    why: 'What the balancer checks holds only for requests that come through it.',
  },
  'posture-armor': {
    title: 'Cloud Armor lets through what it should stop, or is missing',
    severity: 'varies',
    why: 'A rule in preview, a rule that is never asked, and a policy that another backend lacks refuse nothing.',
  },
  'posture-rate-limit': {
    title: 'A caller can pass the rate limit, or there is none',
    severity: 'varies',
    why: 'A limit whose key the caller writes is no limit, and one limit for everyone lets one caller use up all of it.',
  },
  'posture-default-url': {
    title: 'The default URL of the service is open beside another door',
    severity: 'varies',
    why: 'Callers use the URL that they know. What stands in front of the other door does not see them.',
  },
  'posture-ingress': {
    title: 'Ingress lets in more than the doors need',
    severity: 'varies',
    why: 'Ingress decides which networks reach the service at all, before any identity is checked.',
  },
  'posture-secret-life-cycle': {
    title: 'A secret is unpinned, dead, overdue or never changed',
    severity: 'varies',
    why: 'A revision whose secret has gone cannot start, and one that follows the latest version changes without a release.',
  },
  'posture-plain-secrets': {
    title: 'A plain variable holds what looks like a secret',
    severity: 'varies',
    why: 'Everyone who may see the service, its revisions or their logs reads plain variables.',
  },
  'posture-upload': {
    title: 'The last upload has files that hold secrets',
    severity: 'varies',
    why: 'The bucket of sources and the image keep every file of the upload, long after it was deleted in the repository.',
  },
  'posture-source': {
    title: 'Strangers can read or replace what the service is made of',
    severity: 'varies',
    why: 'Source and images show everything that the service contains.',
  },
  'posture-vulnerabilities': {
    title: 'The image has known vulnerabilities with a fix, or nobody scans it',
    severity: 'varies',
    why: 'Attackers read the same lists. A fix that exists is a release away.',
  },
  'posture-signatures': {
    title: 'Images run without a proof of who built them',
    severity: 'varies',
    why: 'Without an enforced policy, whoever can deploy can run any image.',
  },
  'posture-encryption': {
    title: 'The key that encrypts the image is missing, dead or never rotated',
    severity: 'varies',
    why: 'With a key of your own, you can withdraw it. A dead key keeps new instances from starting.',
  },
  'posture-threats': {
    title: 'Nobody would notice an intruder in an instance',
    severity: 'varies',
    why: 'Threat detection sees a shell, a miner or a changed binary while the code runs.',
  },
  'posture-perimeter': {
    title: 'The perimeter of VPC Service Controls has a gap',
    severity: 'varies',
    why: 'A perimeter keeps data inside even if a key is stolen. A dry run only writes to the log.',
  },
  'posture-alerts': {
    title: 'Nobody is told when the service fails',
    severity: 'varies',
    why: 'An alert without a channel that reaches a person is a line in a log.',
  },
  'posture-budget': {
    title: 'Nobody is told when the service becomes expensive',
    severity: 'varies',
    why: 'A flood of requests or a loop shows first in the cost.',
  },
  'posture-buckets': {
    title: 'Data in a bucket can be lost or become public',
    severity: 'varies',
    why: 'The data of users lives longer than any release. What is overwritten without a copy is gone.',
  },
} as const satisfies Rules;

export type PostureRule = keyof typeof postureRules;
