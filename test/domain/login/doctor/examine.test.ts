import { describe, expect, test } from '@jest/globals';
import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import { type ProviderResource, parseProviderResource } from '../../../../src/domain/login/doctor/facts.ts';
import {
  account,
  claims,
  facts,
  issuer,
  mapping,
  member,
  name,
  pool,
  rules,
  strict,
} from '../../../support/login-facts.ts';

describe('a set-up without a fault', () => {
  test('a strict condition and ids in the policy give no findings at all', () => {
    expect(rules(examine(facts({})))).toEqual([]);
  });
});

describe('the rest of the set-up', () => {
  const sibling = (
    condition: string | undefined,
    change: Partial<ProviderResource> = {},
  ): ProviderResource => ({
    name: name.replace(/gh$/, 'old'),
    state: 'ACTIVE',
    attributeMapping: mapping,
    attributeCondition: condition,
    oidc: { issuerUri: `${issuer}/` },
    ...change,
  });

  test('a sibling with a weaker condition is a finding', () => {
    const [found] = examine(facts({ more: { siblings: [sibling(undefined)] } }));
    expect(found).toMatchObject({
      rule: 'login-sibling',
      severity: 'high',
      title: expect.stringContaining('any repository of any other owner'),
    });
    expect(found?.commands?.[0]).toContain('workloadIdentityPools/github/providers/old');
  });

  test.each([
    ['as strict', sibling(strict)],
    ['disabled', sibling(undefined, { disabled: true })],
    ['of another issuer', sibling(undefined, { oidc: { issuerUri: 'https://gitlab.com' } })],
  ])('a sibling that is %s is not a finding', (_, other) => {
    expect(examine(facts({ more: { siblings: [other] } }))).toEqual([]);
  });

  test.each([
    [
      'the issuer',
      { provider: { oidc: { issuerUri: 'https://ghes.example.com' } } },
      'critical login-issuer',
    ],
    [
      'the audience',
      { provider: { oidc: { issuerUri: issuer, allowedAudiences: ['https://other'] } } },
      'critical login-audience',
    ],
    [
      'several audiences',
      { provider: { oidc: { issuerUri: issuer, allowedAudiences: [claims.aud, 'x'] } } },
      'low login-many-audiences',
    ],
    [
      "uploaded keys for GitHub's issuer",
      { provider: { oidc: { issuerUri: issuer, jwksJson: '{}' } } },
      'high login-uploaded-keys',
    ],
    [
      'uploaded keys for the issuer of an enterprise on github.com',
      {
        claims: { iss: `${issuer}/acme` },
        provider: { oidc: { issuerUri: `${issuer}/acme`, jwksJson: '{}' } },
      },
      'high login-uploaded-keys',
    ],
    [
      'uploaded keys for a server that Google cannot reach',
      {
        claims: { iss: 'https://ghes.example.com/_services/token' },
        provider: { oidc: { issuerUri: 'https://ghes.example.com/_services/token', jwksJson: '{}' } },
      },
      'info login-uploaded-keys',
    ],
    [
      "another address for GitHub's keys",
      {
        provider: {
          oidc: {
            issuerUri: issuer,
            discoveryUri: 'https://keys.example.com/.well-known/openid-configuration',
          },
        },
      },
      'high login-foreign-discovery',
    ],
    ['a disabled provider', { provider: { disabled: true } }, 'critical login-provider-unusable'],
    [
      'a deleted pool',
      { more: { pool: { name: 'p', state: 'DELETED' } } },
      'critical login-provider-unusable',
    ],
    [
      'an attribute whose claim this run lacks',
      { provider: { attributeMapping: { ...mapping, 'attribute.env': 'assertion.environment' } } },
      'info login-attribute-absent',
    ],
    [
      'an attribute whose claim is empty in this run',
      {
        claims: { head_ref: '' },
        provider: { attributeMapping: { ...mapping, 'attribute.head': 'assertion.head_ref' } },
      },
      'info login-attribute-absent',
    ],
    [
      'an attribute that is not text',
      { provider: { attributeMapping: { ...mapping, 'attribute.size': 'size(assertion.sub)' } } },
      'high login-mapping',
    ],
    [
      'a subject without a claim',
      { provider: { attributeMapping: { ...mapping, 'google.subject': 'assertion.environment' } } },
      'critical login-mapping',
    ],
    [
      'a subject near the limit',
      { claims: { sub: `repo:acme/ocr:ref:${'x'.repeat(100)}` } },
      'medium login-subject-length',
    ],
    ['a pool-wide member', { members: [member, `principalSet://${pool}/*`] }, 'high login-pool-wide'],
    [
      'a member of an unmapped attribute',
      { members: [member, `principalSet://${pool}/attribute.team/red`] },
      'high login-member-unmapped',
    ],
    [
      'a member in other upper and lower case',
      { members: [`principalSet://${pool}/attribute.repository/Acme/OCR`] },
      'high login-member-case',
    ],
    [
      'no member for this run',
      { members: [`principalSet://${pool}/attribute.repository/acme/other`] },
      'critical login-member-missing',
    ],
    [
      'a member of another project',
      { members: [member.replace('/42/', '/43/')] },
      'critical login-member-missing',
    ],
    [
      'a key',
      { more: { accounts: [{ email: account, keys: ['projects/p/serviceAccounts/x/keys/abc'] }] } },
      'high login-user-managed-keys',
    ],
    [
      'an owner',
      { more: { projectPolicy: [{ role: 'roles/owner', members: [`serviceAccount:${account}`] }] } },
      'high login-broad-role',
    ],
    ['a wrong clock', { more: { clockAheadSeconds: 400 } }, 'high login-clock'],
    [
      'what could not be read',
      { more: { unread: [{ what: 'the pool', command: 'gcloud x' }] } },
      'info login-unread',
    ],
  ] as [string, Parameters<typeof facts>[0], string][])('%s', (_, change, expected) => {
    expect(rules(examine(facts(change)))).toContain(expected);
  });

  test('undelete restores a deleted pool, and update-oidc enables a disabled provider', () => {
    const command = (change: Parameters<typeof facts>[0]) =>
      examine(facts(change)).find(({ rule }) => rule === 'login-provider-unusable')?.commands?.[0];
    expect(command({ more: { pool: { name: 'p', state: 'DELETED' } } })).toBe(
      'gcloud iam workload-identity-pools undelete projects/42/locations/global/workloadIdentityPools/github',
    );
    expect(command({ provider: { disabled: true } })).toBe(
      'gcloud iam workload-identity-pools providers update-oidc projects/42/locations/global/workloadIdentityPools/github/providers/gh --no-disabled',
    );
  });

  test('the worst comes first', () => {
    const found = examine(
      facts({
        condition: undefined,
        members: [`principalSet://${pool}/*`],
        more: { unread: [{ what: 'x', command: 'y' }] },
      }),
    );
    expect(found[0]?.severity).toBe('critical');
    expect(found.at(-1)?.severity).toBe('info');
  });

  test('if the provider cannot be read, that is the only finding', () => {
    expect(
      rules(
        examine({
          ...facts({}),
          provider: undefined,
          unread: [{ what: 'the provider', command: 'gcloud x' }],
        }),
      ),
    ).toEqual(['info login-unread']);
  });
});

test.each([null, 'text', {}, { name: 1 }])('a provider file of %p is refused', (value) => {
  expect(() => parseProviderResource(value)).toThrow('expected a WorkloadIdentityPoolProvider');
});
