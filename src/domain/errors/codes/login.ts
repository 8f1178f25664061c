import { actionPath } from '../../product.ts';
import type { ErrorEntries } from '../entry.ts';

/** Errors of a login without a key. The message has the values of the run and, if one command repairs it, that command. */
export const loginErrors = {
  'login-missing': {
    title: 'No login was configured',
    why: 'Neither workload_identity_provider nor the credentials of an earlier auth step were found.',
    check: 'The step that logs in must be in the same job, before this one, and must not have failed.',
    fix: `Set workload_identity_provider (and service_account) on this step, or run ${actionPath('auth')} before it.`,
    inMessages: ['why', 'fix'],
  },
  'login-key-refused': {
    title: 'A service-account key was refused',
    why: 'A key is a password that does not expire. These actions log in without one.',
    check: 'The message names the variable and the file that hold the key.',
    fix: 'Set up workload identity federation (actions/auth/README.md) and delete the key.',
    inMessages: ['why'],
  },
  'login-oidc-unavailable': {
    title: 'The job got no identity token',
    why: 'The job has no permission to ask for an identity token, or its runner signs none.',
    check:
      'The log of "Set up job" lists the permissions of the token. A pull request from a fork never gets `id-token: write`. act and Gitea sign no identity tokens at all.',
    fix: 'Add `permissions: id-token: write` to the job. On Forgejo, add `enable-openid-connect: true` to the workflow.',
    inMessages: ['why', 'fix'],
  },
  'login-oidc-refused': {
    title: "GitHub's token service refused",
    why: 'The service that signs identity tokens did not return one.',
    check: 'The message has the status that GitHub sent.',
    fix: 'Run the job again. If it happens again, look at https://www.githubstatus.com.',
    inMessages: ['why', 'fix'],
  },
  'login-condition-false': {
    title: "The provider's attribute condition rejected this run",
    why: 'Google exchanges a token only if the condition is true for its claims.',
    check:
      'The summary lists the claims of this run, and the doctor says which part of the condition is false.',
    fix: 'Compare the condition with the claims in the job summary, then correct the one that is wrong.',
  },
  'login-mapping-wrong': {
    title: "The provider's attribute mapping does not fit the token",
    why: 'A mapping names a claim that this token does not have, or gives something that is not text.',
    check:
      '`gcloud iam workload-identity-pools providers describe PROVIDER` shows the mapping; the summary shows the claims.',
    fix: 'Correct the mapping. The message names the attribute.',
  },
  'login-subject-too-long': {
    title: 'The mapped subject is longer than 127 bytes',
    why: 'google.subject holds at most 127 bytes, and a long branch or environment name exceeds that.',
    check: 'The message has the length of the subject of this run.',
    fix: 'Map google.subject to something shorter, such as the repository id.',
  },
  'login-provider-unusable': {
    title: 'The workload identity provider cannot be used',
    why: 'The provider or its pool is missing, disabled or deleted, or its name is wrong.',
    check:
      '`gcloud iam workload-identity-pools providers list --workload-identity-pool=POOL --show-deleted` shows names and states.',
    fix: 'Check the name in workload_identity_provider, and that the pool and the provider are enabled.',
  },
  'login-issuer-wrong': {
    title: "The provider trusts another issuer than this run's",
    why: 'The token comes from an issuer that the provider does not accept.',
    check:
      'The claim `iss` in the summary is the issuer of this run; `oidc.issuerUri` of the provider is what it accepts.',
    fix: "Set the provider's issuer to the one that the message names.",
  },
  'login-audience-wrong': {
    title: "The provider does not accept the token's audience",
    why: 'The provider lists its audiences, and the one of this token is not among them.',
    check:
      'The claim `aud` in the summary is the audience of this run; `oidc.allowedAudiences` of the provider is what it accepts.',
    fix: 'Add the audience to the provider, or correct the input audience.',
  },
  'login-token-stale': {
    title: 'The token was too old when it arrived, or a clock is wrong',
    why: 'GitHub tokens are valid for a few minutes, and Google compares the times in them with its own clock.',
    check: 'The message says how far the clock of the runner is off.',
    fix: 'Correct the clock of the runner, then run the job again.',
  },
  'login-issuer-unreachable': {
    title: "Google could not fetch the issuer's keys",
    why: 'Google reads the keys of the issuer to check the signature, and could not reach them.',
    check: 'From a network outside of yours: `curl ISSUER/.well-known/openid-configuration`.',
    fix: 'Make the keys of the issuer reachable, or upload them to the provider. If GitHub is the issuer, run the job again later.',
  },
  'login-impersonation-denied': {
    title: 'The federated identity may not impersonate the service account',
    why: 'No member of the policy of the account matches this run.',
    check:
      '`gcloud iam service-accounts get-iam-policy ACCOUNT` shows the members; the doctor compares them with this run.',
    fix: 'Grant roles/iam.workloadIdentityUser on the account to the identity of this run.',
  },
  'login-account-missing': {
    title: 'The service account does not exist',
    why: 'The account was deleted, is disabled, or its name is wrong.',
    check:
      '`gcloud iam service-accounts list --project=PROJECT` shows the accounts that exist, and whether one is disabled.',
    fix: 'Correct service_account, or create or enable the account.',
  },
  'login-api-disabled': {
    title: 'An API is not enabled',
    why: 'The login needs an API that is switched off in the project.',
    check: '`gcloud services list --enabled --project=PROJECT` shows which APIs are on.',
    fix: 'Enable the API with the command in the message, then wait a few minutes.',
  },
  'login-federation-unsupported': {
    title: 'A product does not take federated identities',
    why: 'Some Google products accept service accounts only.',
    check: 'The message names the product.',
    fix: 'Set service_account, so that the login continues as that account.',
  },
  'login-sts-refused': {
    title: 'The token exchange was refused',
    why: 'Google refused the exchange for a reason that none of the more precise codes describes.',
    check: '`doctor: true` compares the provider with the claims of this run.',
    fix: 'Read what Google said in the message. doctor: true examines the set-up.',
  },
  'login-id-token-needs-account': {
    title: 'An ID token needs a service account',
    why: 'A federated identity by itself cannot get an ID token. Google issues those to service accounts only.',
    check: 'The step has neither `service_account` nor `invoker_service_account`.',
    fix: 'Set invoker_service_account to an account whose only role is run.invoker.',
    inMessages: ['why', 'fix'],
  },
  'login-unexpected-identity': {
    title: 'The login led to another identity than expected',
    why: 'expected_principal or expected_project_number differs from what this run got.',
    check: 'The message has both identities.',
    fix: 'Correct the expectation, or the provider and the account that lead to this identity.',
  },
  'login-file-failed': {
    title: 'The credentials file could not be written or removed',
    why: 'The folder does not exist, is full, or may not be written.',
    check: '`df` and `ls -ld` on the folder that the message names.',
    fix: 'Check credentials_file_path and the space and permissions of its folder.',
  },
} as const satisfies ErrorEntries;
