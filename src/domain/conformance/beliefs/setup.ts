import type { Beliefs } from '../belief.ts';

/** What `init` relies on. Its own run on a real project shows each of them. */
export const setupBeliefs = {
  customRolesTakeOurPermissions: {
    belief: 'A custom role of a project may hold every permission that the actions ask for.',
    source:
      'The page on custom roles names a support level for each permission. The sandbox refuses only permissions that it does not know.',
    otherwise: '`init` stops at the role with the sentence of Google, which names the permission.',
    verify:
      '`gcloud iam list-testable-permissions //cloudresourcemanager.googleapis.com/projects/P` names the support level of each permission.',
    settled: { by: 'reads' },
  },
  deletedPoolsAreReadable: {
    belief:
      'A deleted pool, provider or custom role can still be read by its name, and says that it is deleted.',
    source: 'The references of the three methods show the state; `gcloud iam roles undelete` relies on it.',
    otherwise: '`init` would try to create it again, and Google would answer that the name is taken.',
    verify: '`gcloud iam workload-identity-pools describe`, after `delete`.',
    settled: { not: 'extra', why: 'The name of a pool is taken for 30 days after it is deleted.' },
  },
  newAccountsAreUnknownForAWhile: {
    belief:
      'For some seconds, a policy refuses an account or a role that was made a moment ago with 400 and "does not exist".',
    source: "Users' reports of Terraform. The sandbox knows both at once.",
    otherwise: '`init` stops with the sentence of Google. The next run goes on from there.',
    verify: 'Make an account and grant it a role in the same second.',
    settled: {
      not: 'extra',
      why: 'It would leave an account with a grant on the project behind if it were killed.',
    },
  },
} as const satisfies Beliefs;
