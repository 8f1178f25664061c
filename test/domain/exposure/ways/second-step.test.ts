import { describe, expect, test } from '@jest/globals';
import type { PolicyFact } from '../../../../src/domain/exposure/facts.ts';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { readPolicy } from '../../../../src/domain/exposure/policy/policy.ts';
import { bind, type Change, denied, factsWith, pool, read } from '../../../support/exposure-facts.ts';

/** Tests who can call by acting as a service account: the way, its path in words, and cases that are not a way. */

const invoker = 'invoker@p-one.iam.gserviceaccount.com';
const middle = 'ci@p-one.iam.gserviceaccount.com';
const runtime = '1-compute@developer.gserviceaccount.com';
const named = (email: string) => `serviceAccount:${email}`;
const tokenCreator = 'roles/iam.serviceAccountTokenCreator';

const roles = Object.fromEntries(
  Object.entries({
    [tokenCreator]: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.implicitDelegation'],
    'roles/iam.workloadIdentityUser': [
      'iam.serviceAccounts.getAccessToken',
      'iam.serviceAccounts.getOpenIdToken',
    ],
    'roles/iam.serviceAccountUser': ['iam.serviceAccounts.actAs'],
    'roles/cloudbuild.builds.editor': ['cloudbuild.builds.create'],
    'roles/iam.roleAdmin': ['iam.roles.update'],
    'roles/iam.workloadIdentityPoolAdmin': ['iam.googleapis.com/workloadIdentityPoolProviders.update'],
    ...Object.fromEntries(
      [
        'getAccessToken',
        'getOpenIdToken',
        'signBlob',
        'signJwt',
        'setIamPolicy',
        'implicitDelegation',
        'actAs',
      ].map((verb) => [`projects/p-one/roles/${verb}`, [`iam.serviceAccounts.${verb}`]]),
    ),
    'projects/p-one/roles/createKeys': ['iam.serviceAccountKeys.create'],
  }).map(([name, permissions]) => [name, read(permissions, `GET iam/v1/${name}`)]),
);

const account = (email: string, ...bindings: unknown[]): PolicyFact => ({
  level: 'account',
  resource: `projects/-/serviceAccounts/${email}`,
  reading: read(readPolicy({ etag: 'BwX=', bindings }), `POST iam/v1/${email}:getIamPolicy`),
});

interface World extends Change {
  accounts?: PolicyFact[];
}

/** The invoker holds run.invoker on the service, and the code runs as the default account. */
function world({ accounts = [], bindings = {}, ...change }: World = {}) {
  const facts = factsWith({
    ...change,
    roles: { ...roles, ...change.roles },
    function: { serviceAccount: runtime, ...change.function },
    bindings: { service: [bind('roles/run.invoker', named(invoker))], ...bindings },
  });
  return judge({ ...facts, policies: [...facts.policies, ...accounts] });
}

const ruleOf = (judgement: ReturnType<typeof judge>) => judgement.findings.map(({ rule }) => rule);

test('the way of the trial: any Google account mints tokens of the invoker', () => {
  const judgement = world({ bindings: { folder: [bind(tokenCreator, 'allAuthenticatedUsers')] } });
  expect(judgement).toMatchObject({
    exposure: 'public',
    verdict: 'fail',
    proof: 'complete',
    unrepairable: 1,
  });
  expect(judgement.attackPath?.map(({ text }) => text)).toEqual([
    `anyone with any Google account (allAuthenticatedUsers) may mint access tokens of ${invoker} (${tokenCreator} on folder 11)`,
    `${invoker} may call ocr (roles/run.invoker on service ocr)`,
    'call https://ocr-abc-uc.a.run.app',
  ]);
  expect(judgement.findings[0]).toMatchObject({
    rule: 'public-impersonation',
    severity: 'critical',
    commands: [
      `gcloud resource-manager folders remove-iam-policy-binding 11 --member=allAuthenticatedUsers --role=${tokenCreator} --condition=None`,
    ],
  });
  expect(judgement.findings[0]?.why).toContain('reaches 1 more such account');
});

describe('each permission, on the account and above it', () => {
  const verbs = ['getAccessToken', 'getOpenIdToken', 'signBlob', 'signJwt', 'setIamPolicy'];
  test.each([...verbs, 'createKeys'])('%s', (verb) => {
    const binding = bind(`projects/p-one/roles/${verb}`, 'allUsers');
    for (const judgement of [
      world({ accounts: [account(invoker, binding)] }),
      world({ accounts: [account(runtime, binding)] }),
      world({ bindings: { project: [binding] } }),
      world({ bindings: { folder: [binding] } }),
      world({ bindings: { organization: [binding] } }),
    ]) {
      expect(judgement).toMatchObject({ exposure: 'public', verdict: 'fail' });
      expect(ruleOf(judgement)[0]).toBe('public-impersonation');
    }
  });

  test('the command closes the binding on the account', () => {
    const judgement = world({ accounts: [account(invoker, bind(tokenCreator, 'allUsers'))] });
    expect(judgement.findings[0]?.commands?.[0]).toBe(
      `gcloud iam service-accounts remove-iam-policy-binding ${invoker} --project=p-one --member=allUsers --role=${tokenCreator} --condition=None`,
    );
  });
});

describe('acting as an account by deploying', () => {
  const actAs = account(runtime, bind('roles/iam.serviceAccountUser', 'allAuthenticatedUsers'));

  test('takes both permissions', () => {
    const alone = world({ accounts: [actAs] });
    expect(alone).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(alone.findings).toContainEqual(
      expect.objectContaining({ rule: 'public-on-account', severity: 'medium' }),
    );
    const judgement = world({
      accounts: [actAs],
      bindings: { folder: [bind('roles/cloudbuild.builds.editor', 'allAuthenticatedUsers')] },
    });
    expect(judgement).toMatchObject({ exposure: 'public' });
    expect(judgement.attackPath?.[0]?.text).toContain(`may deploy code that runs as ${runtime}`);
  });

  test('the public has what everyone has', () => {
    const judgement = world({
      accounts: [actAs],
      bindings: { organization: [bind('roles/cloudbuild.builds.editor', 'allUsers')] },
    });
    expect(judgement.exposure).toBe('public');
  });
});

test('a build runs as the account of Cloud Build, without actAs', () => {
  const build = 'serviceAccount:1@cloudbuild.gserviceaccount.com';
  const calls = bind('roles/run.admin', build);
  expect(world({ bindings: { project: [calls] } })).toMatchObject({ exposure: 'private', proof: 'complete' });
  const judgement = world({
    bindings: { project: [calls], folder: [bind('roles/cloudbuild.builds.editor', 'allAuthenticatedUsers')] },
  });
  expect(judgement.exposure).toBe('public');
  expect(judgement.attackPath?.[0]?.text).toContain('may run builds as 1@cloudbuild.gserviceaccount.com');
  // Tokens of an account that Google manages cannot be minted by customers.
  expect(world({ bindings: { service: [bind('roles/run.invoker', build)] }, accounts: [] }).exposure).toBe(
    'private',
  );
});

describe('longer paths', () => {
  const minted = account(invoker, bind(tokenCreator, named(middle)));

  test('an account that may mint the invoker is a caller, and so is the public that may mint that account', () => {
    const judgement = world({ accounts: [minted, account(middle, bind(tokenCreator, 'allUsers'))] });
    expect(judgement.exposure).toBe('public');
    expect(judgement.attackPath?.map(({ text }) => text)).toEqual([
      `anyone (allUsers) may mint access tokens of ${middle} (${tokenCreator} on service account ${middle})`,
      `${middle} may mint access tokens of ${invoker} (${tokenCreator} on service account ${invoker})`,
      `${invoker} may call ocr (roles/run.invoker on service ocr)`,
      'call https://ocr-abc-uc.a.run.app',
    ]);
  });

  test('a role that was not read does not hide an account on the path', () => {
    const judgement = world({
      accounts: [minted, account(middle, bind(tokenCreator, 'allUsers'))],
      bindings: { organization: [bind('roles/unread', named(middle))] },
    });
    expect(judgement.exposure).toBe('public');
  });

  test('implicitDelegation reaches through an account that mints, and not through one that only calls', () => {
    const delegates = bind('projects/p-one/roles/implicitDelegation', 'allUsers');
    expect(world({ accounts: [minted, account(middle, delegates)] }).exposure).toBe('public');
    expect(world({ accounts: [account(invoker, delegates)] }).exposure).toBe('private');
  });

  test('accounts that may act as each other end the search', () => {
    const judgement = world({
      accounts: [minted, account(middle, bind(tokenCreator, named(invoker), named(middle), 'user:a@b.c'))],
    });
    expect(judgement).toMatchObject({ exposure: 'private' });
  });
});

describe('federation', () => {
  const everyone = `principalSet://iam.googleapis.com/${pool}/*`;
  const federated = [account(invoker, bind('roles/iam.workloadIdentityUser', everyone))];

  test('a pool without a condition, bound to the invoker, is public', () => {
    const judgement = world({ accounts: federated, providers: [{}] });
    expect(judgement.exposure).toBe('public');
    expect(judgement.attackPath?.[0]?.text).toContain('anyone with a token of https://token.actions.github');
    expect(judgement.attackPath?.[1]?.text).toContain(`may mint ID tokens of ${invoker}`);
  });

  test('a pool with a condition is a finding, an unread pool is unknown, and a pool that the team vouches for is neither', () => {
    const closed = world({
      accounts: federated,
      providers: [{ condition: "assertion.repository_id == '1'" }],
    });
    expect(closed).toMatchObject({ exposure: 'private' });
    expect(closed.findings).toContainEqual(
      expect.objectContaining({ rule: 'pool-wide-access', severity: 'medium' }),
    );
    expect(world({ accounts: federated }).exposure).toBe('unknown');
    expect(world({ accounts: federated, trusted: [everyone] }).exposure).toBe('private');
  });

  test('an identity that may edit the provider of a bound pool can let itself in', () => {
    const one = `principalSet://iam.googleapis.com/${pool}/attribute.repository/acme/ocr`;
    const judgement = world({
      accounts: [account(invoker, bind('roles/iam.workloadIdentityUser', one))],
      bindings: { folder: [bind('roles/iam.workloadIdentityPoolAdmin', 'allAuthenticatedUsers')] },
    });
    expect(judgement).toMatchObject({ exposure: 'public' });
    expect(judgement.attackPath?.[1]?.text).toContain('workloadIdentityPoolProviders.update');
  });
});

test('an identity that may edit a custom role that it holds can let itself in', () => {
  const admin = bind('roles/iam.roleAdmin', 'allAuthenticatedUsers');
  const harmless = bind('projects/p-one/roles/harmless', 'allUsers');
  const more = { 'projects/p-one/roles/harmless': read(['run.services.list'], 'GET role') };
  const open = world({ bindings: { folder: [admin], project: [harmless] }, roles: more });
  expect(open).toMatchObject({ exposure: 'public' });
  expect(open.attackPath?.[1]?.text).toContain('iam.roles.update');
  expect(world({ bindings: { folder: [admin] } }).exposure).toBe('private');
});

describe('narrow members', () => {
  test('identities are one finding for each account, without a verdict', () => {
    const judgement = world({ accounts: [account(invoker, bind(tokenCreator, 'user:a@b.c', 'user:d@b.c'))] });
    expect(judgement).toMatchObject({ exposure: 'private', verdict: 'pass', proof: 'complete' });
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({
        rule: 'impersonation',
        severity: 'info',
        title: `user:a@b.c, user:d@b.c may act as ${invoker}.`,
      }),
    );
  });

  test('a domain is wider, and a group is a gap in the proof', () => {
    const judgement = world({
      accounts: [account(invoker, bind(tokenCreator, 'domain:b.c', 'group:g@b.c'))],
    });
    expect(judgement).toMatchObject({ exposure: 'private', proof: 'partial' });
    expect(judgement.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ rule: 'domain-wide-access', severity: 'medium' }),
        expect.objectContaining({ rule: 'opaque-group' }),
      ]),
    );
  });

  test('a member of an unknown kind blocks the verdict', () => {
    const judgement = world({ accounts: [account(invoker, bind(tokenCreator, 'everyone:*'))] });
    expect(judgement.exposure).toBe('unknown');
  });
});

describe('what could not be read', () => {
  const unread = (email: string): PolicyFact => ({
    level: 'account',
    resource: `projects/-/serviceAccounts/${email}`,
    reading: denied(`POST iam/v1/${email}:getIamPolicy`, 'iam.serviceAccounts.getIamPolicy'),
  });

  test('is one gap for all accounts, with the command that closes it', () => {
    const judgement = world({ accounts: [unread(invoker), unread(runtime), unread(middle)] });
    expect(judgement).toMatchObject({ exposure: 'private', proof: 'partial' });
    expect(judgement.gaps).toEqual([
      `who may act as ${invoker}, ${runtime} and 1 more (iam.serviceAccounts.getIamPolicy)`,
    ]);
    expect(judgement.missingPermissions).toEqual(['iam.serviceAccounts.getIamPolicy']);
    expect(judgement.findings.find(({ rule }) => rule === 'account-unread')?.fix).toContain(
      'Grant roles/iam.securityReviewer to the identity of this job.',
    );
  });

  test('an account of another project inherits from a policy that is not read', () => {
    const judgement = world({
      bindings: { service: [bind('roles/run.invoker', named('x@other-one.iam.gserviceaccount.com'))] },
    });
    expect(judgement.gaps).toEqual([
      'the policy of other-one, which decides who may act as x@other-one.iam.gserviceaccount.com',
    ]);
  });

  test('a role of the public on the account that cannot be read counts as a way', () => {
    const judgement = world({ accounts: [account(invoker, bind('roles/secret', 'allUsers'))] });
    expect(judgement).toMatchObject({ exposure: 'public', proof: 'partial' });
  });

  test('an answer that is not a policy is a gap', () => {
    const fact: PolicyFact = { ...account(invoker), reading: read(readPolicy({}), 'POST x') };
    expect(world({ accounts: [fact] })).toMatchObject({ exposure: 'private', proof: 'partial' });
  });
});

test.each([
  ['a role that acts as no account', account(invoker, bind('roles/run.viewer', 'allUsers'))],
  ['an account that cannot call', account('x@p-one.iam.gserviceaccount.com', bind(tokenCreator, 'allUsers'))],
])('%s opens nothing', (_, fact) => {
  expect(world({ accounts: [fact] })).toMatchObject({ exposure: 'private', verdict: 'pass' });
});
