import {
  account,
  asMember,
  defaultAccount,
  grantOnAccount,
  grantOnProject,
  ownMember,
  serviceAgent,
  who,
} from '../commands.ts';
import { found, type Row, says } from '../row.ts';

/** The identity of this job, or an account that Google uses for it, lacks a permission. */

export const permissionRows: readonly Row[] = [
  {
    id: 'functions-agent',
    title: "Google's own account of Cloud Functions lost its role",
    blame: 'environment',
    example: {
      kind: 'deploy',
      message:
        "Unable to retrieve the repository metadata for projects/my-project/locations/us-central1/repositories/gcf-artifacts. Ensure that the Cloud Functions service account has 'artifactregistry.repositories.list' and 'artifactregistry.repositories.get' permissions.",
    },
    matches: says(
      /cloud functions service (account|agent)[\s\S]{0,150}permission|gcf-admin-robot[\s\S]{0,200}(permission|denied)/i,
    ),
    repair: (failure, names) => {
      const number = found(failure, /service-(\d+)@gcf-admin-robot/);
      return {
        why: 'Cloud Functions works with a service agent of the project, and a change of IAM took its role away.',
        fix: 'Give the agent its own role again:',
        commands: [
          grantOnProject(
            names,
            asMember(serviceAgent(names, 'gcf-admin-robot', number)),
            'roles/cloudfunctions.serviceAgent',
          ),
        ],
      };
    },
  },
  {
    id: 'act-as-denied',
    title: 'The identity of this job may not deploy as the account of the function',
    blame: 'environment',
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      permission: 'iam.serviceAccounts.actAs',
      message:
        "Caller is missing permission 'iam.serviceaccounts.actAs' on service account ocr-run@my-project.iam.gserviceaccount.com. Grant the role 'roles/iam.serviceAccountUser' to the caller on the service account ocr-run@my-project.iam.gserviceaccount.com.",
    },
    matches: (failure) =>
      /iam\.serviceaccounts\.actAs/i.test(`${failure.permission ?? ''} ${failure.message}`),
    repair: (failure, names) => {
      const named = found(failure, /service ?accounts?[ /]([\w.-]+@[\w.-]+?)\.?(?:['\s]|$)/i);
      const email = named ?? names.runtimeAccount;
      return {
        why: `${who(names)} may not act as ${email ?? 'the default account of Compute Engine'}. A deploy decides what runs as that account, so Google asks for this permission on it.`,
        fix: 'Grant it on this one account, not on the project:',
        commands: [
          grantOnAccount(
            names,
            email === undefined ? defaultAccount(names) : account(email),
            ownMember(names),
            'roles/iam.serviceAccountUser',
          ),
        ],
      };
    },
  },
  {
    id: 'quota-project',
    title: 'The identity of this job may not use the quota of the project',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'USER_PROJECT_DENIED',
      domain: 'googleapis.com',
      metadata: { consumer: 'projects/my-project', service: 'run.googleapis.com' },
      message:
        'Caller does not have required permission to use project my-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.',
    },
    matches: (failure) =>
      failure.reason === 'USER_PROJECT_DENIED' || /required permission to use project/i.test(failure.message),
    repair: (failure, names) => {
      const project =
        found(failure, /use project ([\w:.-]+)\./) ??
        failure.metadata?.consumer?.replace(/^projects\//, '') ??
        names.project;
      return {
        why: `Google books the call on the project ${project ?? ''}, and ${who(names)} may not use it.`,
        fix: 'Grant the role:',
        commands: [
          grantOnProject({ ...names, project }, ownMember(names), 'roles/serviceusage.serviceUsageConsumer'),
        ],
      };
    },
  },
  {
    id: 'scope-missing',
    title: 'The token was issued for too small a scope',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      domain: 'googleapis.com',
      message: 'Request had insufficient authentication scopes.',
    },
    matches: (failure) =>
      failure.reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ||
      /insufficient authentication scopes/i.test(failure.message),
    repair: () => ({
      why: 'No role helps here: the token itself is limited to some scopes.',
      fix: 'Remove access_token_scopes from the step that logs in, or set it to https://www.googleapis.com/auth/cloud-platform.',
    }),
  },
  {
    id: 'token-expired',
    title: 'Google did not accept the token of this job any more',
    blame: 'environment',
    passes: true,
    example: {
      kind: 'call',
      status: 401,
      statusName: 'UNAUTHENTICATED',
      reason: 'ACCESS_TOKEN_EXPIRED',
      domain: 'googleapis.com',
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    },
    matches: (failure) => failure.kind === 'call' && failure.status === 401,
    repair: () => ({
      why: 'The token expired, or the account was disabled or deleted while the job ran.',
      fix: 'Run the job again. If an earlier step logs in, set workload_identity_provider on this step instead, so that it renews its token.',
    }),
  },
];
