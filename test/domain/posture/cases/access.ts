import { denied, policyOf, read, runtime, secretOf, serviceOf } from '../../../support/posture-facts.ts';
import { type Case, casesOf } from './case.ts';

const callers = casesOf('posture-callers');
const changers = casesOf('posture-changers');
const readers = casesOf('posture-secret-readers');
const account = casesOf('posture-runtime-account');
const organization = casesOf('posture-organization-policy');
const deny = casesOf('posture-deny-policy');

const member = `serviceAccount:${runtime}`;
const rule = {
  policy: 'no-strangers',
  permissions: ['run.googleapis.com/routes.invoke'],
  principals: ['principalSet://goog/public:all'],
  exceptions: [] as string[],
  conditional: false,
};
const constraint = (name: string, enforced: boolean) => ({
  constraint: name,
  reading: read({ enforced }, `GET orgpolicy/${name}`),
});
const secrets = [secretOf()];

export const accessCases: Case[] = [
  callers('a private service', 'present', {}),
  callers(
    'allUsers',
    'absent',
    { guard: { bindings: { service: [{ role: 'roles/run.invoker', members: ['allUsers'] }] } } },
    { says: /allUsers/, severity: 'critical' },
  ),
  callers(
    'the invoker check is off',
    'absent',
    { guard: { service: { invokerIamDisabled: true } } },
    { says: /invoker check/ },
  ),
  callers(
    'a pool that anyone can enter',
    'bypassable',
    {
      guard: {
        bindings: {
          service: [
            {
              role: 'roles/run.invoker',
              members: [
                'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/github/*',
              ],
            },
          ],
        },
        providers: [{}],
      },
    },
    { says: /workloadIdentityPools/ },
  ),
  callers(
    'a folder that may not be read',
    'unknown',
    { guard: { unread: { folder: denied('POST folders/11', 'resourcemanager.folders.getIamPolicy') } } },
    { permission: 'resourcemanager.folders.getIamPolicy' },
  ),
  callers('nothing is deployed', 'not applicable', { guard: { more: { exists: false } } }),

  changers('nobody but a deployer', 'present', {
    guard: {
      bindings: {
        project: [
          { role: 'roles/run.developer', members: ['serviceAccount:deployer@p-one.iam.gserviceaccount.com'] },
        ],
      },
    },
  }),
  changers(
    'the default account is an editor',
    'bypassable',
    {
      guard: {
        bindings: {
          project: [
            { role: 'roles/editor', members: ['serviceAccount:1-compute@developer.gserviceaccount.com'] },
          ],
        },
      },
    },
    { says: /without an account of its own/, severity: 'high' },
  ),
  changers(
    'the service can replace itself',
    'bypassable',
    { guard: { bindings: { service: [{ role: 'roles/run.admin', members: [member] }] } } },
    { says: /runs as this account/ },
  ),
  changers(
    'a custom role that updates',
    'bypassable',
    {
      guard: {
        bindings: { project: [{ role: 'projects/p-one/roles/opensIt', members: ['allAuthenticatedUsers'] }] },
      },
    },
    { severity: 'critical' },
  ),
  changers(
    'a whole company',
    'bypassable',
    { guard: { bindings: { project: [{ role: 'roles/run.developer', members: ['domain:example.com'] }] } } },
    { severity: 'medium' },
  ),
  changers(
    'the service may grant itself any role of the project',
    'bypassable',
    {
      guard: {
        bindings: { project: [{ role: 'roles/resourcemanager.projectIamAdmin', members: [member] }] },
      },
    },
    { says: /runs as this account/, severity: 'high' },
  ),
  changers(
    'a company that may grant roles on the folder',
    'bypassable',
    {
      guard: {
        bindings: {
          folder: [{ role: 'roles/resourcemanager.folderAdmin', members: ['domain:example.com'] }],
        },
      },
    },
    { severity: 'medium' },
  ),
  changers(
    'the policy of the project may not be read',
    'unknown',
    {
      guard: { unread: { project: denied('POST projects/p-one', 'resourcemanager.projects.getIamPolicy') } },
    },
    { permission: 'resourcemanager.projects.getIamPolicy' },
  ),

  changers(
    'a role of their own that could not be read',
    'unknown',
    {
      guard: {
        bindings: { project: [{ role: 'projects/p-one/roles/hidden', members: ['domain:example.com'] }] },
        more: { roles: new Map([['projects/p-one/roles/hidden', denied('GET role', 'iam.roles.get')]]) },
      },
    },
    { permission: 'iam.roles.get' },
  ),

  readers('only the service', 'present', { secrets }),
  readers(
    'a role of their own on the secret, of which nobody knows what it allows',
    'unknown',
    {
      secrets: [
        secretOf({ policy: policyOf({ role: 'projects/p-one/roles/reader', members: ['allUsers'] }) }),
      ],
    },
    { says: /nobody asked what projects\/p-one\/roles\/reader allows/ },
  ),
  readers(
    'an accessor of the whole project',
    'bypassable',
    {
      secrets,
      guard: { bindings: { project: [{ role: 'roles/secretmanager.secretAccessor', members: [member] }] } },
    },
    { says: /every secret/, severity: 'medium' },
  ),
  readers(
    'a stranger on the secret',
    'bypassable',
    {
      secrets: [
        secretOf({ policy: policyOf({ role: 'roles/secretmanager.secretAccessor', members: ['allUsers'] }) }),
      ],
    },
    { severity: 'critical' },
  ),
  readers(
    'a colleague on the secret',
    'bypassable',
    {
      secrets: [
        secretOf({
          policy: policyOf({ role: 'roles/secretmanager.admin', members: ['user:kim@example.com'] }),
        }),
      ],
    },
    { severity: 'low' },
  ),
  readers(
    'the policy may not be read',
    'unknown',
    { secrets: [secretOf({ policy: denied('GET policy', 'secretmanager.secrets.getIamPolicy') })] },
    { permission: 'secretmanager.secrets.getIamPolicy' },
  ),
  readers('no secret', 'not applicable', {}),

  account('an account of its own', 'present', {}),
  account(
    'it is an editor',
    'bypassable',
    { guard: { bindings: { project: [{ role: 'roles/editor', members: [member] }] } } },
    { says: /opens the project/, severity: 'high' },
  ),
  account(
    'it may read all',
    'bypassable',
    { guard: { bindings: { project: [{ role: 'roles/viewer', members: [member] }] } } },
    { severity: 'medium' },
  ),
  account(
    'the default account',
    'absent',
    {
      service: read(
        serviceOf({ template: { serviceAccount: '1-compute@developer.gserviceaccount.com' } }),
        'GET run/v2/s',
      ),
    },
    { says: /shares its roles/ },
  ),
  account('no account at all, which is the default one', 'absent', {
    service: read(serviceOf({ template: { serviceAccount: '' } }), 'GET run/v2/s'),
  }),
  account(
    'the service may not be read',
    'unknown',
    { service: denied('GET run/v2/s', 'run.services.get') },
    { permission: 'run.services.get' },
  ),
  account('the first generation', 'not applicable', { service: undefined }),

  organization('both are enforced', 'present', {
    guard: {
      more: {
        orgPolicies: [
          constraint('iam.managed.allowedPolicyMembers', true),
          constraint('run.managed.requireInvokerIam', true),
        ],
      },
    },
  }),
  organization(
    'only bindings',
    'bypassable',
    {
      guard: {
        more: {
          orgPolicies: [
            constraint('iam.allowedPolicyMemberDomains', true),
            constraint('run.managed.requireInvokerIam', false),
          ],
        },
      },
    },
    { says: /requireInvokerIam/ },
  ),
  organization(
    'only the check',
    'bypassable',
    {
      guard: {
        more: {
          orgPolicies: [
            constraint('iam.allowedPolicyMemberDomains', false),
            constraint('run.managed.requireInvokerIam', true),
          ],
        },
      },
    },
    { says: /allowedPolicyMemberDomains/ },
  ),
  organization(
    'none',
    'absent',
    {
      guard: {
        more: {
          orgPolicies: [
            constraint('iam.allowedPolicyMemberDomains', false),
            constraint('run.managed.requireInvokerIam', false),
          ],
        },
      },
    },
    { severity: 'medium' },
  ),
  organization(
    'may not be read',
    'unknown',
    {
      guard: {
        more: {
          orgPolicies: [
            {
              constraint: 'run.managed.requireInvokerIam',
              reading: denied('GET orgpolicy', 'orgpolicy.policy.get'),
            },
          ],
        },
      },
    },
    { permission: 'orgpolicy.policy.get' },
  ),
  organization('no organisation', 'not applicable', {
    guard: {
      ancestry: read([], 'POST getAncestry'),
      more: { orgPolicies: [constraint('run.managed.requireInvokerIam', false)] },
    },
  }),

  deny('a rule without a gap', 'present', {
    guard: { more: { denies: [read([rule], 'GET denypolicies')] } },
  }),
  deny(
    'a rule with an exception',
    'bypassable',
    {
      guard: {
        more: {
          denies: [
            read([{ ...rule, exceptions: ['principal://goog/subject/kim@example.com'] }], 'GET denypolicies'),
          ],
        },
      },
    },
    { says: /exceptions/ },
  ),
  deny('a rule with a condition', 'bypassable', {
    guard: { more: { denies: [read([{ ...rule, conditional: true }], 'GET denypolicies')] } },
  }),
  deny('a rule about something else', 'absent', {
    guard: {
      more: {
        denies: [
          read([{ ...rule, permissions: ['run.googleapis.com/services.delete'] }], 'GET denypolicies'),
        ],
      },
    },
  }),
  deny(
    'may not be read',
    'unknown',
    { guard: { more: { denies: [denied('GET denypolicies', 'iam.denypolicies.list')] } } },
    { permission: 'iam.denypolicies.list' },
  ),
];
