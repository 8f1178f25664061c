import { quoted } from '../../data/shell.ts';
import { claimText } from '../claims.ts';
import { claimsSentence, grantImpersonation, grantTokenCreator } from '../commands.ts';
import type { LoginFailure } from './login-error.ts';
import { providerIn, type Row } from './row.ts';

/** Refusals of IAM Credentials, and those that any API gives (google.rpc.Status). */

const onAccount = ({ stage }: LoginFailure) =>
  stage === 'access-token' || stage === 'id-token' || stage === 'sign-jwt';

export const accountRows: readonly Row[] = [
  {
    rule: 'api-disabled',
    matches: (failure) =>
      failure.reason === 'SERVICE_DISABLED' ||
      /has not been used in project|it is disabled\. Enable it/i.test(failure.message),
    explain: ({ failure, request }) => {
      const api = failure.stage === 'sts' ? 'sts' : 'iamcredentials';
      const project =
        /project[= ]([\w:.-]+)/.exec(failure.message)?.[1] ?? request.provider?.projectNumber ?? 'PROJECT';
      return {
        code: 'login-api-disabled',
        retry: 'propagation',
        what: `The API ${api}.googleapis.com is not enabled in project ${project}.`,
        why: 'A login needs it once per project; enabling takes a few minutes to arrive.',
        fix: `Enable it (console: https://console.cloud.google.com/apis/library/${api}.googleapis.com?project=${encodeURIComponent(project)}):`,
        commands: [`gcloud services enable ${api}.googleapis.com --project=${quoted(project)}`],
      };
    },
  },
  {
    rule: 'perimeter',
    matches: (failure) =>
      failure.reason === 'SECURITY_POLICY_VIOLATED' ||
      /VPC Service Controls|organization'?s policy/i.test(failure.message),
    explain: (facts) => ({
      code: 'login-impersonation-denied',
      retry: 'never',
      what: `A perimeter of the organisation refused the login: ${facts.failure.message}`,
      why: 'VPC Service Controls does not let this identity, or this network, in.',
      fix: 'Ask for an ingress rule for this identity; the identifier in the message finds the denial in the audit log.',
      commands: [],
    }),
  },
  {
    rule: 'account-disabled',
    matches: (failure) =>
      onAccount(failure) && /service account.*disabled|disabled.*service account/i.test(failure.message),
    explain: ({ failure }) => ({
      code: 'login-account-missing',
      retry: 'never',
      what: `The service account ${failure.account} is disabled.`,
      why: 'A disabled account gives no tokens, whoever asks.',
      fix: 'Enable it, if it is meant to be used:',
      commands: [`gcloud iam service-accounts enable ${quoted(failure.account ?? '')}`],
    }),
  },
  {
    rule: 'signing-denied',
    matches: (failure) => failure.stage === 'sign-jwt' && failure.status === 403,
    explain: (facts) => {
      const account = facts.failure.account ?? 'ACCOUNT';
      return {
        code: 'login-impersonation-denied',
        retry: 'propagation',
        what: `This run may not sign as ${account}: ${facts.failure.permission ?? 'iam.serviceAccounts.signJwt'} is missing.`,
        why: `${claimsSentence(facts.claims)} access_token_subject needs roles/iam.serviceAccountTokenCreator; roles/iam.workloadIdentityUser does not let anybody sign.`,
        fix: 'Grant it to this repository:',
        commands: [
          grantImpersonation(
            providerIn(facts),
            account,
            facts.claims,
            undefined,
            'roles/iam.serviceAccountTokenCreator',
          ),
        ],
      };
    },
  },
  {
    rule: 'delegation-refused',
    matches: (failure) =>
      failure.stage === 'delegation' &&
      failure.status >= 400 &&
      failure.status < 500 &&
      failure.status !== 429,
    explain: ({ failure, request }) => ({
      code: 'login-impersonation-denied',
      retry: 'never',
      what: `Google did not let ${failure.account} act for the user of access_token_subject (${failure.statusName ?? failure.status}): ${failure.message}`,
      why: 'Domain-wide delegation is granted by an administrator of the Workspace, to the numeric id of the account and for named scopes; the user must exist there.',
      fix: `Add this client id with the scopes ${request.scopes.join(',')} at https://admin.google.com/ac/owl/domainwidedelegation:`,
      commands: [
        `gcloud iam service-accounts describe ${quoted(failure.account ?? 'ACCOUNT')} --format="value(uniqueId)"`,
      ],
    }),
  },
  {
    rule: 'impersonation-denied',
    matches: (failure) => onAccount(failure) && failure.status === 403,
    explain: (facts) => {
      const { failure, request, claims } = facts;
      const account = failure.account ?? 'ACCOUNT';
      const permission =
        failure.permission ??
        (failure.stage === 'id-token'
          ? 'iam.serviceAccounts.getOpenIdToken'
          : 'iam.serviceAccounts.getAccessToken');
      const delegates = account === request.serviceAccount ? request.delegates : [];
      const [first, ...others] = [...delegates, account];
      const chain = [first ?? account, ...others];
      return {
        code: 'login-impersonation-denied',
        retry: 'propagation',
        what: `This run may not act as ${account}: ${permission} is missing, or the account does not exist.`,
        why: `${claimsSentence(claims)} No member of the account's policy matches: the principalSet names another repository, is spelled in other letters (it is case-sensitive), or names an attribute that the provider does not map.`,
        fix: 'Grant it to this repository, and check that the account exists:',
        commands: [
          grantImpersonation(
            providerIn(facts),
            chain[0] ?? account,
            claims,
            undefined,
            // Passing through an account takes more than being it: iam.serviceAccounts.implicitDelegation.
            others.length > 0 ? 'roles/iam.serviceAccountTokenCreator' : undefined,
          ),
          ...others.map((next, index) => grantTokenCreator(next, chain[index] ?? account)),
          `gcloud iam service-accounts describe ${quoted(account)}`,
        ],
      };
    },
  },
  {
    rule: 'account-missing',
    matches: (failure) => onAccount(failure) && failure.status === 404,
    explain: ({ failure, request }) => {
      const project = /@([^.]+)\.iam\./.exec(failure.account ?? '')?.[1] ?? request.projectId;
      return {
        code: 'login-account-missing',
        retry: 'never',
        what: `The service account ${failure.account} does not exist.`,
        why: 'The e-mail is wrong, or the account was deleted (it can be undeleted for 30 days).',
        fix: 'Compare with the accounts that are there:',
        commands: [`gcloud iam service-accounts list${project ? ` --project=${quoted(project)}` : ''}`],
      };
    },
  },
  {
    rule: 'federation-unsupported',
    matches: (failure) => onAccount(failure) && failure.status === 401,
    explain: (facts) => ({
      code: 'login-federation-unsupported',
      retry: 'never',
      what: `The federated token was refused as a credential (401): ${facts.failure.message}`,
      why: 'Some products and perimeters take impersonated accounts only, never a federated identity by itself.',
      fix: 'Set service_account, and grant this repository to it:',
      commands: [
        grantImpersonation(
          providerIn(facts),
          facts.request.serviceAccount ?? facts.failure.account ?? 'ACCOUNT',
          facts.claims,
        ),
      ],
    }),
  },
  {
    rule: 'lifetime-refused',
    matches: (failure) => onAccount(failure) && failure.status === 400 && /lifetime/i.test(failure.message),
    explain: ({ failure, request }) => ({
      code: 'input-invalid',
      retry: 'never',
      what: `The lifetime of ${request.lifetimeSeconds} s was refused: ${failure.message}`,
      why: 'More than an hour needs the organisation policy constraints/iam.allowServiceAccountCredentialLifetimeExtension for this account.',
      fix: 'Set access_token_lifetime: 3600s, or leave it out.',
      commands: [],
    }),
  },
  {
    rule: 'server-trouble',
    matches: (failure) => failure.status === 429 || failure.status >= 500,
    explain: ({ failure, claims }) => ({
      code: 'remote-error',
      retry: 'never',
      what: `Google's ${failure.stage === 'sts' ? 'token exchange' : 'IAM Credentials API'} kept answering ${failure.status}: ${failure.message}`,
      why: `This is not about the set-up (sub ${claimText(claims, 'sub') ?? 'unknown'}); it was tried again for half a minute.`,
      fix: 'Run the job again; see https://status.cloud.google.com.',
      commands: [],
    }),
  },
];
