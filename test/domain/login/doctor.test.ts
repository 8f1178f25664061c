import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conditionFor } from '../../../src/domain/login/commands.ts';
import { holds, mapClaims } from '../../../src/domain/login/doctor/cel.ts';
import { conjuncts, whyRejected } from '../../../src/domain/login/doctor/condition.ts';
import { narrowed, widened } from '../../../src/domain/login/doctor/edit-condition.ts';
import { examine, explainCondition } from '../../../src/domain/login/doctor/examine.ts';
import {
  type IdentityFacts,
  type ProviderResource,
  parseProviderResource,
} from '../../../src/domain/login/doctor/facts.ts';
import { afterRename, asImmutable, strangers } from '../../../src/domain/login/doctor/other-runs.ts';
import { parseProvider } from '../../../src/domain/login/identity.ts';
import { cloudPlatformScope, type LoginRequest } from '../../../src/domain/login/request.ts';

const name = 'projects/42/locations/global/workloadIdentityPools/github/providers/gh';
const account = 'deployer@my-project.iam.gserviceaccount.com';
const issuer = 'https://token.actions.githubusercontent.com';
const pool = 'iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/github';

const claims = {
  iss: issuer,
  aud: `https://iam.googleapis.com/${name}`,
  sub: 'repo:acme/ocr:ref:refs/heads/main',
  repository: 'acme/ocr',
  repository_id: '770001',
  repository_owner: 'acme',
  repository_owner_id: '4211',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  event_name: 'push',
  runner_environment: 'github-hosted',
  workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  job_workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  actor: 'mina',
  run_id: '1001',
};

const mapping = {
  'google.subject': 'assertion.sub',
  'attribute.repository': 'assertion.repository',
  'attribute.repository_id': 'assertion.repository_id',
};

const strict =
  "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name == 'push' && assertion.runner_environment == 'github-hosted'";

const request: LoginRequest = {
  source: 'inputs',
  provider: parseProvider(name),
  serviceAccount: account,
  delegates: [],
  scopes: [cloudPlatformScope],
  lifetimeSeconds: 3600,
  includeEmail: true,
  universe: 'googleapis.com',
  propagationSeconds: 0,
  projectId: 'my-project',
  run: {},
};

const member = `principalSet://${pool}/attribute.repository_id/770001`;

function facts(change: {
  condition?: string | undefined;
  provider?: Partial<ProviderResource>;
  members?: string[];
  claims?: Record<string, unknown>;
  more?: Partial<IdentityFacts>;
}): IdentityFacts {
  return {
    request,
    claims: { ...claims, ...change.claims },
    pool: { name: 'pool', state: 'ACTIVE' },
    provider: {
      name,
      state: 'ACTIVE',
      attributeMapping: mapping,
      attributeCondition: 'condition' in change ? change.condition : strict,
      oidc: { issuerUri: issuer },
      ...change.provider,
    },
    siblings: [],
    accounts: [
      {
        email: account,
        policy: [{ role: 'roles/iam.workloadIdentityUser', members: change.members ?? [member] }],
        keys: [],
      },
    ],
    projectPolicy: [],
    unread: [],
    ...change.more,
  };
}

const rules = (found: ReturnType<typeof examine>) => found.map(({ rule, severity }) => `${severity} ${rule}`);
const own = mapClaims(mapping, claims);

describe('mapping and condition, as the token exchange evaluates them', () => {
  test.each([
    ["assertion.repository == 'acme/ocr'", 'true'],
    ["assertion.repository == 'acme/other'", 'false'],
    ["assertion.repository.startsWith('acme/')", 'true'],
    ["attribute.repository_id == '770001' && google.subject.startsWith('repo:acme/')", 'true'],
    ["assertion.ref in ['refs/heads/main', 'refs/heads/prod']", 'true'],
    ["assertion.sub.matches('^repo:acme/ocr:.*$')", 'true'],
    ["assertion.environment == 'prod'", 'error'],
    ["has(assertion.environment) && assertion.environment == 'prod'", 'false'],
    ["assertion.environment == 'prod' || assertion.ref == 'refs/heads/main'", 'true'],
    ["assertion.job_workflow_ref.extract('{repo}/.github/') == 'acme/ocr'", 'true'],
    ['assertion.repository_owner_id == 4211', 'false'],
    ['assertion.repository ==', 'error'],
    ['assertion.repository', 'error'],
    ['', 'true'],
    [undefined, 'true'],
  ] as const)('%s is %s', (condition, expected) => {
    expect(holds(condition, claims, own)).toBe(expected);
  });

  test('a string literal that contains the reserved name does not change', () => {
    expect(holds("assertion.repository != 'google.subject'", claims, own)).toBe('true');
    expect(holds("assertion.google.nested == 'x'", { google: { nested: 'x' } }, own)).toBe('true');
  });

  test('a mapping that gives no text is a problem', () => {
    const mapped = mapClaims(
      {
        'google.subject': 'assertion.missing',
        'attribute.number': 'size(assertion.sub)',
        'attribute.ok': "assertion.repository.split('/')[0]",
      },
      claims,
    );
    expect(mapped.subject).toBeUndefined();
    expect(mapped.attributes).toEqual({ ok: 'acme' });
    expect(mapped.problems.map(({ target, why }) => [target, why])).toEqual([
      ['google.subject', expect.stringContaining('missing')],
      ['attribute.number', 'it is a number, not text'],
    ]);
  });

  test('each part of a condition comes with the values that it looked at', () => {
    const condition =
      "assertion.repository_owner_id == '4211' && (assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod') && !(assertion.actor == 'mallory')";
    const parts = conjuncts(condition, claims, own);
    expect(parts.map(({ truth }) => truth)).toEqual(['true', 'error', 'true']);
    expect(parts[1]).toMatchObject({
      text: "(assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod')",
      reads: [
        { name: 'assertion.ref', value: 'refs/heads/main' },
        { name: 'assertion.environment', value: undefined },
      ],
    });
    expect(whyRejected(parts)).toBe(
      "The part (assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod') cannot be evaluated: assertion.ref is \"refs/heads/main\", the token of this run has no assertion.environment.",
    );
  });

  test('the values show a difference in upper and lower case', () => {
    const found = explainCondition(facts({ condition: "assertion.repository == 'Acme/OCR'" }));
    expect(found).toBe(
      'The part assertion.repository == \'Acme/OCR\' is false: assertion.repository is "acme/ocr".',
    );
  });

  test('a condition that is not CEL is one part that cannot be evaluated', () => {
    expect(conjuncts('assertion.repository = "x"', claims, own)).toMatchObject([{ truth: 'error' }]);
  });
});

describe('a set-up without a fault', () => {
  test('a strict condition and ids in the policy give no findings at all', () => {
    expect(rules(examine(facts({})))).toEqual([]);
  });
});

describe('who else gets in', () => {
  const passing = (condition: string | undefined, members?: string[]) =>
    examine(facts({ condition, ...(members ? { members } : {}) }))
      .filter(({ rule }) => rule.startsWith('login-stranger-'))
      .map(({ rule, severity }) => `${severity} ${rule.replace('login-stranger-', '')}`)
      .sort();
  const everyone = [`principalSet://${pool}/*`];

  test('without a condition everyone gets in, and a pool-wide member lets them act as the account', () => {
    expect(passing(undefined, everyone)).toEqual([
      'critical fork',
      'critical look-alike',
      'critical look-alike-ending',
      'critical other-owner',
      'critical taken-over-name',
      'high look-alike-repository',
      'high other-repository',
      'low other-branch',
      'low pull-request',
      'low self-hosted',
    ]);
    expect(rules(examine(facts({ condition: undefined })))).toContain('high login-no-condition');
  });

  test('a stranger whom the policy of the account stops is less severe', () => {
    expect(passing(undefined)).toContain('medium other-owner');
    expect(passing(undefined)).toContain('low other-repository');
    // This stranger has the same ids, so the member matches.
    expect(passing(undefined)).toContain('low pull-request');
  });

  test.each([
    ['the owner by name', "assertion.repository_owner == 'acme'", ['taken-over-name', 'other-repository']],
    [
      'the owner by id',
      "assertion.repository_owner_id == '4211'",
      ['other-repository', 'look-alike-repository'],
    ],
    ['a prefix of the owner', "assertion.repository.startsWith('acme')", ['look-alike', 'taken-over-name']],
    [
      'a prefix of the repository',
      "assertion.repository.startsWith('acme/ocr')",
      ['look-alike-repository', 'taken-over-name'],
    ],
    ['the repository by name', "assertion.repository == 'acme/ocr'", ['taken-over-name']],
    ['the name of the repository alone', "assertion.repository.endsWith('/ocr')", ['fork', 'look-alike']],
    [
      'a subject by prefix',
      "assertion.sub.startsWith('repo:acme/ocr')",
      ['look-alike-repository', 'taken-over-name'],
    ],
    [
      'the end of the name',
      "assertion.repository.endsWith('acme/ocr')",
      ['look-alike-ending', 'taken-over-name'],
    ],
    [
      'a pattern without its anchors',
      "assertion.repository.matches('acme/ocr')",
      ['look-alike-ending', 'look-alike-repository'],
    ],
    ['the actor', "assertion.actor == 'mina'", ['other-owner', 'fork']],
  ])('%s', (_, condition, admitted) => {
    const found = passing(condition, everyone).map((line) => line.split(' ')[1]);
    expect(found).toEqual(expect.arrayContaining(admitted));
  });

  test.each([
    [
      'the owner by id keeps outsiders out',
      "assertion.repository_owner_id == '4211'",
      ['other-owner', 'fork', 'look-alike', 'taken-over-name'],
    ],
    [
      'the repository by id keeps the organisation out',
      "assertion.repository_id == '770001'",
      ['other-repository', 'look-alike-repository', 'taken-over-name'],
    ],
    [
      'a ref keeps branches and pull requests out',
      "assertion.ref == 'refs/heads/main'",
      ['other-branch', 'pull-request'],
    ],
    ['hosted runners only', "assertion.runner_environment == 'github-hosted'", ['self-hosted']],
  ])('%s', (_, condition, refused) => {
    const found = passing(condition, everyone).map((line) => line.split(' ')[1]);
    for (const id of refused) expect(found).not.toContain(id);
  });

  test('each finding names the claims that pass, and a condition that keeps them out and lets this run in', () => {
    for (const { title, why, fix } of examine(facts({ condition: undefined, members: everyone })).filter(
      ({ rule }) => rule.startsWith('login-stranger-'),
    )) {
      expect(title).toMatch(/passes the condition/);
      expect(why).toMatch(/repository_id=\d+/);
      expect(fix).toContain('--attribute-condition=');
    }
    expect(holds(conditionFor(claims), claims, own)).toBe('true');
    for (const stranger of strangers(claims).filter(({ kind }) => kind !== 'softer'))
      expect(holds(conditionFor(claims), stranger.claims, mapClaims(mapping, stranger.claims))).toBe('false');
  });

  test.each([
    [undefined, "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'"],
    [
      "assertion.repository_owner_id == '4211'",
      "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'",
    ],
    [
      "assertion.repository_owner == 'acme' || assertion.actor == 'mina'",
      "(assertion.repository_owner == 'acme' || assertion.actor == 'mina') && assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'",
    ],
    [
      "assertion.ref == 'refs/heads/main' && (assertion.a == '1' || assertion.repository_owner == 'acme')",
      "assertion.ref == 'refs/heads/main' && (assertion.a == '1' || assertion.repository_owner == 'acme') && assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'",
    ],
  ])('a narrowed condition keeps what %s requires', (condition, expected) => {
    expect(narrowed(condition, claims, own)).toBe(expected);
    expect(narrowed(condition, claims, own, "assertion.event_name != 'pull_request'")).toContain(
      "assertion.event_name != 'pull_request'",
    );
    expect(holds(expected, claims, own)).toBe('true');
  });

  test('strangers have the same form of subject as this run', () => {
    const immutable = asImmutable(claims);
    expect(immutable.sub).toBe('repo:acme@4211/ocr@770001:ref:refs/heads/main');
    for (const { claims: other } of strangers(immutable))
      expect(String(other.sub)).toMatch(/^repo:[^:@]+@\d+\/[^:@]+@\d+:/);
    expect(strangers({ ...claims, event_name: 'pull_request' }).map(({ id }) => id)).not.toContain(
      'pull-request',
    );
  });

  test('for a direct login the grants on the project count', () => {
    const direct = (members: string[]) =>
      examine({
        ...facts({ condition: "assertion.repository_owner_id == '4211'" }),
        request: { ...request, serviceAccount: undefined },
        accounts: [],
        projectPolicy: [{ role: 'roles/run.admin', members }],
      }).find(({ rule }) => rule === 'login-stranger-other-repository');
    expect(direct([`principalSet://${pool}/*`])).toMatchObject({
      severity: 'high',
      why: expect.stringContaining('roles/run.admin on the project'),
    });
    expect(direct([member])).toMatchObject({ severity: 'low' });
  });
});

describe('rehearsals', () => {
  const rehearsed = (change: Parameters<typeof facts>[0]) =>
    examine(facts(change)).filter(
      ({ rule }) => rule === 'login-rename' || rule === 'login-immutable-subject',
    );

  test('a condition on the exact subject fails after a rename and with the immutable subject', () => {
    const found = rehearsed({ condition: "assertion.sub == 'repo:acme/ocr:ref:refs/heads/main'" });
    expect(found.map(({ rule }) => rule).sort()).toEqual(['login-immutable-subject', 'login-rename']);
    expect(found[0]?.why).toContain('acme@4211/ocr@770001');
  });

  test('a condition on the name fails only after a rename', () => {
    expect(rehearsed({ condition: "assertion.repository == 'acme/ocr'" }).map(({ rule }) => rule)).toEqual([
      'login-rename',
    ]);
  });

  test('a condition on ids holds after both', () => {
    expect(rehearsed({ condition: "assertion.repository_id == '770001'" })).toEqual([]);
  });

  test('a member that names the exact subject loses the account', () => {
    const found = rehearsed({ members: [`principal://${pool}/subject/repo:acme/ocr:ref:refs/heads/main`] });
    expect(found.find(({ rule }) => rule === 'login-immutable-subject')?.why).toContain(
      `The policy of ${account}`,
    );
  });

  test("an immutable subject that GitHub's settings announce is more severe", () => {
    const condition = "assertion.sub == 'repo:acme/ocr:ref:refs/heads/main'";
    const [found] = rehearsed({ condition, more: { nextSubjectPrefix: 'repo:acme@4211/ocr@770001' } });
    expect(found).toMatchObject({ rule: 'login-immutable-subject', severity: 'high' });
  });

  test('the numeric ids may push the subject over 127 bytes', () => {
    const ref = `refs/heads/${'x'.repeat(90)}`;
    const found = rehearsed({
      condition: "assertion.repository_id == '770001'",
      claims: { ref, sub: `repo:acme/ocr:ref:${ref}` },
    });
    expect(found.find(({ rule }) => rule === 'login-immutable-subject')?.why).toMatch(
      /would have 13\d bytes/,
    );
  });

  test('each fix changes what would fail', () => {
    const fixOf = (change: Parameters<typeof facts>[0], rule: string) =>
      rehearsed(change).find((found) => found.rule === rule)?.fix ?? '';
    expect(
      fixOf(
        { condition: "assertion.repository == 'acme/ocr' && assertion.ref == 'refs/heads/main'" },
        'login-rename',
      ),
    ).toContain(
      `--attribute-condition="assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main'"`,
    );
    const byName = [`principalSet://${pool}/attribute.repository/acme/ocr`];
    expect(fixOf({ condition: undefined, members: byName }, 'login-rename')).toContain(
      '--member=principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/github/attribute.repository_id/770001',
    );
    const unmapped = {
      attributeMapping: {
        'google.subject': 'assertion.sub',
        'attribute.repository': 'assertion.repository',
        'attribute.owner': "assertion.repository.split('/', 2)[0]",
      },
    };
    expect(fixOf({ condition: undefined, members: byName, provider: unmapped }, 'login-rename')).toContain(
      `--attribute-mapping="^;^google.subject=assertion.sub;attribute.repository=assertion.repository;attribute.owner=assertion.repository.split('/', 2)[0];attribute.repository_id=assertion.repository_id"`,
    );
    const ref = `refs/heads/${'x'.repeat(90)}`;
    expect(
      fixOf(
        {
          condition: "assertion.repository_id == '770001'",
          claims: { ref, sub: `repo:acme/ocr:ref:${ref}` },
        },
        'login-immutable-subject',
      ),
    ).toContain("google.subject='repo:' + assertion.repository_id");
  });

  test('an immutable subject is not rehearsed again', () => {
    const now = asImmutable(claims);
    expect(
      rehearsed({
        condition: "assertion.sub == 'repo:acme@4211/ocr@770001:ref:refs/heads/main'",
        claims: now,
      }).map(({ rule }) => rule),
    ).toEqual(['login-rename']);
    expect(afterRename(now).repository).toBe('acme/ocr-renamed');
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
    expect(found?.fix).toContain('update-oidc old');
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
    const fix = (change: Parameters<typeof facts>[0]) =>
      examine(facts(change)).find(({ rule }) => rule === 'login-provider-unusable')?.fix;
    expect(fix({ more: { pool: { name: 'p', state: 'DELETED' } } })).toBe(
      'gcloud iam workload-identity-pools undelete github --location=global --project=42',
    );
    expect(fix({ provider: { disabled: true } })).toBe(
      'gcloud iam workload-identity-pools providers update-oidc gh --workload-identity-pool=github --location=global --project=42 --no-disabled',
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

describe('only the part of a condition that failed is widened', () => {
  test.each([
    [
      "assertion.repository_owner_id == '4211' && assertion.ref == 'refs/heads/prod'",
      "assertion.repository_owner_id == '4211' && (assertion.ref == 'refs/heads/prod' || assertion.ref == 'refs/heads/main')",
    ],
    [
      "assertion.repository == 'acme/OCR'",
      "(assertion.repository == 'acme/OCR' || assertion.repository_id == '770001')",
    ],
    [
      "assertion.sub == 'repo:acme/ocr:environment:prod'",
      "(assertion.sub == 'repo:acme/ocr:environment:prod' || assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main')",
    ],
    [
      "(assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') && assertion.actor == 'mina'",
      "((assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') || assertion.ref == 'refs/heads/main') && assertion.actor == 'mina'",
    ],
    [
      "attribute.repository_id == '1'",
      "(attribute.repository_id == '1' || attribute.repository_id == '770001')",
    ],
    ["assertion.environment == 'prod'", undefined],
    ['false', undefined],
    ['no CEL at all (', undefined],
  ])('%s', (condition, expected) => {
    expect(widened(condition, claims, own)).toBe(expected);
    if (expected === undefined) return;
    expect(holds(expected, claims, own)).toBe('true');
    for (const stranger of strangers(claims).filter(({ kind }) => kind === 'outsider')) {
      const mapped = mapClaims(mapping, stranger.claims);
      const passed = holds(condition, stranger.claims, mapped) === 'true';
      // A ref does not distinguish repositories, so another part must have kept outsiders out before.
      if (!passed && condition.includes('repository'))
        expect(holds(expected, stranger.claims, mapped)).not.toBe('true');
    }
  });
});

describe('a condition is split at the right places', () => {
  test.each([
    [
      "(assertion.a == '1' && (assertion.b == '2' && !(assertion.c == '3')))",
      ["assertion.a == '1'", "assertion.b == '2'", "!(assertion.c == '3')"],
    ],
    ["(assertion.a == '1') && (assertion.b == '2')", ["(assertion.a == '1')", "(assertion.b == '2')"]],
    [
      "assertion.a == 'x && y' && assertion.b in ['&&', \"&&\"]",
      ["assertion.a == 'x && y'", 'assertion.b in [\'&&\', "&&"]'],
    ],
    [
      "assertion.a == '1' || assertion.b == '2' && assertion.c == '3'",
      ["assertion.a == '1' || assertion.b == '2' && assertion.c == '3'"],
    ],
    [
      "(assertion.a == '1' || assertion.b == '2') && (assertion.c == '3' || assertion.d == '4')",
      ["(assertion.a == '1' || assertion.b == '2')", "(assertion.c == '3' || assertion.d == '4')"],
    ],
    [
      "assertion.a == '1' && assertion.b == '2' ? true : false",
      ["assertion.a == '1' && assertion.b == '2' ? true : false"],
    ],
    ["(assertion.a == '1') && assertion.b == ('2')", ["(assertion.a == '1')", "assertion.b == ('2')"]],
  ])('%s', (condition, parts) => {
    expect(conjuncts(condition, claims, own).map(({ text }) => text)).toEqual(parts);
  });

  test('all parts hold exactly if the whole condition holds', () => {
    const atom = fc.constantFrom(
      "assertion.a == '1'",
      "assertion.b == '1'",
      "assertion.c == '1'",
      "'1' in [assertion.a]",
      "!(assertion.b == '1')",
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc
          .tuple(tie('expression'), fc.constantFrom(' && ', ' || '), tie('expression'))
          .map(([a, op, b]) => `(${a}${op}${b})`),
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a} && ${b}`),
      ),
    }));
    const values = fc.record({
      a: fc.constantFrom('1', '2'),
      b: fc.constantFrom('1', '2'),
      c: fc.constantFrom('1', '2'),
    });
    fc.assert(
      fc.property(expression, values, (condition, given) => {
        const none = { subject: undefined, attributes: {}, problems: [] };
        const parts = conjuncts(condition, given, none);
        expect(parts.every(({ truth }) => truth === 'true')).toBe(holds(condition, given, none) === 'true');
      }),
      { numRuns: 200 },
    );
  });
});
