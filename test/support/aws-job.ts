import type { AwsIdentity } from '../../sandbox/monitors/aws-identity.ts';

/** A job on GitHub that logs in to AWS with its token. */

export const issuer = 'https://token.actions.githubusercontent.com';
export const role = 'arn:aws:iam::123456789012:role/counts';
export const roleId = 'counts';
export const subject = 'repo:acme/ocr:environment:prod';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token of the job. The stand-in for STS does not check the signature. */
export const jobToken = (audience: string, iss = issuer): string =>
  `${part({ alg: 'RS256' })}.${part({ iss, aud: audience, sub: subject })}.signature`;

/** An account whose role admits the jobs of the repository, with what the role may do. */
export function trustJobs(identity: AwsIdentity, actions: readonly string[] = ['cloudwatch:Get*']): void {
  identity.providers.set(issuer, ['https://github.com/acme', 'sts.amazonaws.com']);
  identity.addRole(roleId, 'repo:acme/ocr:*', actions, issuer);
}
