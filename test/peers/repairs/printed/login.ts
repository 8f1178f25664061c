import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import type { IdentityFacts, ProviderResource } from '../../../../src/domain/login/doctor/facts.ts';
import { diagnose } from '../../../../src/domain/login/failure/diagnose.ts';
import { explainUnauthenticated } from '../../../../src/domain/login/failure/explain-call.ts';
import { explainLocal } from '../../../../src/domain/login/failure/explain-local.ts';
import { LoginError, type LoginFailure } from '../../../../src/domain/login/failure/login-error.ts';
import { withCauseFrom } from '../../../../src/domain/login/failure/set-up-cause.ts';
import { claims, onAccount, refusals, request, sts } from '../../../domain/login/failure/refusals.ts';
import * as login from '../../../support/login-facts.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of failed logins and of the doctor. */

const failures = (): Printed[] => [
  ...refusals.flatMap(([rule, , failure]) =>
    printed(`login ${rule}`, diagnose(failure, request, claims).commands),
  ),
  ...printed('login unknown', diagnose(sts('new', 'New.'), request, claims).commands),
  ...printed(
    'login impersonation-denied, by delegates',
    diagnose(
      onAccount(403, 'PERMISSION_DENIED', 'denied'),
      { ...request, delegates: ['hop@my-project.iam.gserviceaccount.com'] },
      claims,
    ).commands,
  ),
  ...(['id-token', 'access-token'] as const).flatMap((stage) =>
    printed(
      `login local, ${stage}`,
      explainLocal({ ...onAccount(403, 'PERMISSION_DENIED', 'denied'), stage }, 'user:jane@example.com')
        ?.commands,
    ),
  ),
  ...printed(
    'login refused as a federated identity',
    explainUnauthenticated('run', {
      ...request,
      serviceAccount: undefined,
      run: { repository: 'acme/ocr' },
    })?.commands,
  ),
];

const own = login.claims;
const environment = { ...own, environment: 'prod', sub: 'repo:acme/ocr:environment:prod' };
const long = `repo:acme/ocr:ref:refs/heads/${'x'.repeat(120)}`;
const member = (attribute: string) => `principalSet://${login.pool}/${attribute}`;
const account = (members: string[], more: Partial<IdentityFacts['accounts'][number]> = {}) => ({
  email: login.account,
  policy: [{ role: 'roles/iam.workloadIdentityUser', members }],
  ...more,
});
const sibling: ProviderResource = {
  name: login.name.replace(/gh$/, 'old'),
  state: 'ACTIVE',
  attributeMapping: login.mapping,
  attributeCondition: undefined,
  oidc: { issuerUri: login.issuer },
};

/** A refusal, and a set-up that shows its cause. */
const causes: readonly (readonly [string, LoginFailure, Parameters<typeof login.facts>[0]])[] = [
  ['condition-false', byRule('condition-false'), { claims: { ref: 'refs/heads/dev' } }],
  [
    'mapping-type, an absent claim',
    byRule('mapping-type'),
    {
      provider: { attributeMapping: { ...login.mapping, 'attribute.environment': 'assertion.environment' } },
    },
  ],
  [
    'mapping-type, a subject of an absent claim',
    byRule('mapping-type'),
    { provider: { attributeMapping: { ...login.mapping, 'google.subject': 'assertion.environment' } } },
  ],
  [
    'mapping-type, an expression that is wrong',
    byRule('mapping-type'),
    { provider: { attributeMapping: { ...login.mapping, 'attribute.x': 'assertion.ref + 1' } } },
  ],
  ['subject-too-long', byRule('subject-too-long'), { claims: { sub: long } }],
  [
    'audience-mismatch, a list',
    byRule('audience-mismatch'),
    { provider: { oidc: { issuerUri: login.issuer, allowedAudiences: ['https://a.example', 'b'] } } },
  ],
  ['provider-unusable, deleted', byRule('provider-unusable'), { provider: { state: 'DELETED' } }],
  ['provider-unusable, disabled', byRule('provider-unusable'), { provider: { disabled: true } }],
  [
    'provider-unusable, a deleted pool',
    byRule('provider-unusable'),
    { more: { pool: { name: 'pool', state: 'DELETED' } } },
  ],
  [
    'provider-unusable, a disabled pool',
    byRule('provider-unusable'),
    { more: { pool: { name: 'pool', state: 'ACTIVE', disabled: true } } },
  ],
  ['impersonation-denied, no member', byRule('impersonation-denied'), { members: [] }],
  [
    'impersonation-denied, an environment',
    byRule('impersonation-denied'),
    { members: [], claims: environment },
  ],
  ['impersonation-denied, a grant that is there', byRule('impersonation-denied'), {}],
];

function byRule(rule: string): LoginFailure {
  const found = refusals.find(([name]) => name === rule);
  if (!found) throw new Error(`no refusal ${rule}`);
  return found[2];
}

const setUps = (): Printed[] =>
  causes.flatMap(([name, failure, change]) => {
    const facts = login.facts(change);
    const error = new LoginError(failure, diagnose(failure, request, facts.claims), facts.claims, undefined);
    return printed(`login ${name}`, withCauseFrom(facts, error).diagnosis.commands);
  });

/** Faults of a set-up that the doctor finds. */
const faults: readonly Parameters<typeof login.facts>[0][] = [
  { provider: { state: 'DELETED' } },
  { provider: { disabled: true } },
  { more: { pool: { name: 'pool', state: 'DELETED' } } },
  { more: { pool: { name: 'pool', state: 'ACTIVE', disabled: true } } },
  { provider: { oidc: { issuerUri: 'https://ghes.example.com' } } },
  { provider: { oidc: { issuerUri: login.issuer, allowedAudiences: ['a', own.aud] } } },
  { provider: { oidc: { issuerUri: login.issuer, jwksJson: '{"keys":[]}' } } },
  { provider: { attributeMapping: { ...login.mapping, 'google.subject': 'assertion.environment' } } },
  { condition: undefined },
  { condition: "assertion.ref == 'refs/heads/other'" },
  { condition: "assertion.repository_owner == 'acme'" },
  { condition: "assertion.repository == 'acme/ocr'" },
  {
    condition: "assertion.sub.startsWith('repo:acme/ocr:')",
    claims: { sub: `repo:acme/ocr:${'x'.repeat(95)}` },
  },
  { claims: { sub: long } },
  { members: [member('attribute.repository/acme/ocr')] },
  { members: [member('attribute.repository/Acme/ocr')] },
  { members: [member('attribute.workflow/release')] },
  { members: [] },
  { members: [], claims: environment },
  { members: [member('*').replace('//iam', '//iam')] },
  {
    members: [member('attribute.repository/acme/ocr')],
    provider: {
      attributeMapping: {
        'google.subject': 'assertion.sub',
        'attribute.repository': 'assertion.repository',
      },
    },
  },
  { more: { accounts: [account([login.member], { keys: ['projects/p/serviceAccounts/a/keys/0a1b2c'] })] } },
  {
    more: {
      projectPolicy: [{ role: 'roles/editor', members: [`serviceAccount:${login.account}`] }],
    },
  },
  { more: { clockAheadSeconds: 300 } },
  { more: { siblings: [sibling] } },
  {
    more: {
      unread: [
        {
          what: 'the provider',
          command: `gcloud iam workload-identity-pools providers describe ${login.name}`,
          permission: 'iam.workloadIdentityPoolProviders.get',
        },
        { what: 'the pool', command: `gcloud iam workload-identity-pools describe ${poolName()}` },
        {
          what: 'the other providers of the pool',
          command: `gcloud iam workload-identity-pools providers list --workload-identity-pool=${poolName()}`,
        },
        { what: "the project's policy", command: `gcloud projects get-iam-policy ${here.project}` },
        {
          what: 'the policy of an account',
          command: `gcloud iam service-accounts get-iam-policy ${login.account}`,
        },
        {
          what: 'the keys of an account',
          command: `gcloud iam service-accounts keys list --managed-by=user --iam-account=${login.account}`,
        },
      ],
    },
  },
];

function poolName(): string {
  return login.name.replace(/\/providers\/.*/, '');
}

const doctor = (): Printed[] =>
  faults.flatMap((change) =>
    examine(login.facts(change)).flatMap(({ rule, commands }) => printed(`doctor ${rule}`, commands)),
  );

export const loginCommands = (): Printed[] => [...failures(), ...setUps(), ...doctor()];
