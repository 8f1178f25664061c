import { projectFlag, quoted } from '../../data/shell.ts';
import { claimText } from '../claims.ts';
import { claimsSentence } from '../commands.ts';
import { grantAsMapped, granteeOf, grantTokenCreator } from '../grant.ts';
import type { LoginFailure } from './login-error.ts';
import { providerIn, type Row } from './row.ts';

/** Refusals of the IAM Credentials API, and refusals that every API can send (google.rpc.Status). */

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
        why: 'Every login needs this API. It takes a few minutes until an API is enabled.',
        fix: `Enable it, here or in the console (https://console.cloud.google.com/apis/library/${api}.googleapis.com?project=${encodeURIComponent(project)}):`,
        commands: [`gcloud services enable ${api}.googleapis.com ${projectFlag(project)}`],
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
      why: 'VPC Service Controls keeps out this identity or this network.',
      fix: 'Ask an administrator for an ingress rule for this identity. The identifier in the message finds the denial in the audit log.',
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
      why: 'A disabled account gives no tokens.',
      fix: 'Enable it if it is meant to be used:',
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
        what: `This run may not sign as ${account}: it lacks ${facts.failure.permission ?? 'iam.serviceAccounts.signJwt'}.`,
        why: `${claimsSentence(facts.claims)} To sign, for access_token_subject or for Identity-Aware Proxy without front_audience, it needs roles/iam.serviceAccountTokenCreator. The role roles/iam.workloadIdentityUser does not include signing.`,
        fix: `Grant that role to ${granteeOf(facts.claims)}:`,
        commands: [
          grantAsMapped(providerIn(facts), account, facts.claims, 'roles/iam.serviceAccountTokenCreator'),
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
      why: 'An administrator of the Workspace must grant domain-wide delegation to the numeric id of the account, for each scope. The user must exist in that Workspace.',
      fix: `At https://admin.google.com/ac/owl/domainwidedelegation, add the scopes ${request.scopes.join(',')} for the client id that this command prints:`,
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
        what: `This run may not act as ${account}: it lacks ${permission}, or the account does not exist.`,
        why: `${claimsSentence(claims)} No member in the account's policy matches. The principalSet may name another repository, differ in upper and lower case, or name an attribute that the provider does not map.`,
        fix: `Grant the role to ${granteeOf(claims)}, and check that the account exists:`,
        commands: [
          grantAsMapped(
            providerIn(facts),
            chain[0] ?? account,
            claims,
            // A delegate needs iam.serviceAccounts.implicitDelegation, which workloadIdentityUser does not include.
            others.length > 0 ? 'roles/iam.serviceAccountTokenCreator' : undefined,
          ),
          ...others.map((next, index) => grantTokenCreator(next, chain[index] ?? account)),
          `gcloud iam service-accounts describe ${quoted(account)}`,
        ],
        // A chain works only if every link is there.
        repairs: chain.length,
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
        why: 'The e-mail is wrong, or the account was deleted. A deleted account can be restored for 30 days.',
        fix: 'Compare it with the accounts that exist:',
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
      what: `Google refused the federated token as a credential (401): ${facts.failure.message}`,
      why: 'Some products and perimeters accept only impersonated accounts, never a federated identity itself.',
      fix: 'Set service_account, and let this run and later ones of the job act as that account:',
      commands: [
        grantAsMapped(
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
      what: `Google refused a lifetime of ${request.lifetimeSeconds} s: ${failure.message}`,
      why: 'A lifetime of more than an hour needs the organisation policy constraints/iam.allowServiceAccountCredentialLifetimeExtension for this account.',
      fix: 'Set access_token_lifetime: 3600s, or remove that input.',
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
      why: `The set-up is not the cause (sub ${claimText(claims, 'sub') ?? 'unknown'}). The action tried again for half a minute.`,
      fix: 'Run the job again later. https://status.cloud.google.com shows known outages.',
      commands: [],
    }),
  },
];
