import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeClaims, isImmutableSubject, shownClaims } from '../../../src/domain/login/claims.ts';
import {
  defaultOidcAudience,
  parseProvider,
  principalOf,
  principalSetOf,
  projectOfServiceAccount,
  stsAudience,
} from '../../../src/domain/login/identity.ts';
import { runnerKind } from '../../../src/domain/login/runner-kind.ts';

const name = 'projects/42/locations/global/workloadIdentityPools/my-pool/providers/my-repo';

describe('the name of a provider', () => {
  test.each([
    name,
    `//iam.googleapis.com/${name}`,
    `https://iam.googleapis.com/${name}`,
    `//127.0.0.1:4321/${name}`,
    ` ${name} `,
  ])('%s is valid', (text) => {
    expect(parseProvider(text)).toEqual({ projectNumber: '42', pool: 'my-pool', provider: 'my-repo', name });
  });

  test.each([
    [
      'projects/my-project/locations/global/workloadIdentityPools/p/providers/g',
      'gcloud projects describe my-project',
    ],
    ['projects/42/locations/global/workloadIdentityPools/p', 'this is the name of a pool'],
    ['projects/42/locations/europe-west1/workloadIdentityPools/p/providers/g', 'pool is in "global"'],
    ['my-provider', 'expected the full name'],
    ['projects/42/locations/global/workloadIdentityPools/p/providers/g;x', 'expected the full name'],
    ['projects/$(x)/locations/global/workloadIdentityPools/p/providers/g', 'describe VALUE'],
    ['', 'expected the full name'],
  ])('%s is refused, and the error says what is expected', (text, message) => {
    expect(() => parseProvider(text)).toThrow(message);
  });

  test('audiences depend on the universe, and members do not', () => {
    const provider = parseProvider(name);
    expect(stsAudience(provider, 'googleapis.com')).toBe(`//iam.googleapis.com/${name}`);
    expect(stsAudience(provider, 'apis-tpczero.goog')).toBe(`//iam.apis-tpczero.goog/${name}`);
    expect(defaultOidcAudience(provider, 'googleapis.com')).toBe(`https://iam.googleapis.com/${name}`);
    const pool = 'iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/my-pool';
    expect(principalOf(provider, 'repo:a/b:ref:refs/heads/main')).toBe(
      `principal://${pool}/subject/repo:a/b:ref:refs/heads/main`,
    );
    expect(principalSetOf(provider, 'repository', 'a/b')).toBe(
      `principalSet://${pool}/attribute.repository/a/b`,
    );
  });
});

test.each([
  ['deployer@my-project.iam.gserviceaccount.com', 'my-project'],
  ['deployer@my-project.example.com.iam.gserviceaccount.com', 'example.com:my-project'],
  ['my-project@appspot.gserviceaccount.com', 'my-project'],
  ['123-compute@developer.gserviceaccount.com', undefined],
  ['123456789012345678901', undefined],
])('the project of %s is %s', (email, project) => {
  expect(projectOfServiceAccount(email)).toBe(project);
});

describe('claims', () => {
  const jwt = (payload: unknown) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`;

  test('a text that is not a token is undefined and never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeClaims(text)));
    expect(decodeClaims('a.b.c')).toBeUndefined();
    expect(decodeClaims(jwt(['a']))).toBeUndefined();
    expect(decodeClaims(jwt(null))).toBeUndefined();
    expect(decodeClaims(jwt({ sub: 'x' }))).toEqual({ sub: 'x' });
  });

  test('the claims to show leave out the token id, unknown claims and empty values', () => {
    const shown = shownClaims({
      jti: 'secret',
      nonce: 'x',
      sub: 's',
      head_ref: '',
      repo_property_team: 'red',
      exp: 1,
    });
    expect(shown).toEqual([
      ['sub', 's'],
      ['exp', '1'],
      ['repo_property_team', 'red'],
    ]);
  });

  test.each([
    ['repo:acme@4211/ocr@770001:ref:refs/heads/main', true],
    ['repo:acme@4211/ocr@770001', true],
    ['repo:acme/ocr:ref:refs/heads/x@1/y@2', false],
    ['repository_id:770001', false],
  ])('%s is immutable: %s', (subject, expected) => {
    expect(isImmutableSubject(subject)).toBe(expected);
  });
});

test.each([
  [{}, 'github'],
  [{ GITHUB_ACTIONS: 'true' }, 'github'],
  [{ ACT: 'true' }, 'act'],
  [{ GITEA_ACTIONS: 'true' }, 'gitea'],
  [{ GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'forgejo'],
  [{ ACT: '', GITEA_ACTIONS: undefined }, 'github'],
])('the runner behind %j is %s', (env, kind) => {
  expect(runnerKind(env)).toBe(kind);
});
