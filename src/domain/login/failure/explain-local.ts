import { quoted } from '../../data/shell.ts';
import type { Diagnosis, LoginFailure } from './login-error.ts';

const needs = {
  'access-token': {
    permission: 'iam.serviceAccounts.getAccessToken',
    role: 'iam.serviceAccountTokenCreator',
  },
  'id-token': {
    permission: 'iam.serviceAccounts.getOpenIdToken',
    role: 'iam.serviceAccountOpenIdTokenCreator',
  },
  'sign-jwt': { permission: 'iam.serviceAccounts.signJwt', role: 'iam.serviceAccountTokenCreator' },
};

/**
 * Why a person may not act as an account. Google's basic roles, owner included, hold none of the permissions that make tokens, so
 * this is what a person sees first.
 * @param member the person as a member of IAM, if that is known
 */
export function explainLocal(failure: LoginFailure, member: string | undefined): Diagnosis | undefined {
  const { stage, status, account } = failure;
  const needed = stage === 'oidc' || stage === 'sts' || stage === 'delegation' ? undefined : needs[stage];
  if (status !== 403 || account === undefined || needed === undefined) return undefined;
  const permission = failure.permission ?? needed.permission;
  const { role } = needed;
  return {
    rule: 'local-impersonation-denied',
    code: 'login-impersonation-denied',
    retry: 'never',
    what: `You may not act as ${account}: you lack ${permission}, or the account does not exist.`,
    why: 'Not even the role owner holds that permission. A grant takes 2 to 7 minutes to work.',
    fix: 'Let yourself make tokens of that account, and of no other:',
    commands: [
      `gcloud iam service-accounts add-iam-policy-binding ${quoted(account)} --role=roles/${role} --member=${quoted(member ?? 'user:YOUR_EMAIL')} --condition=None`,
    ],
  };
}
