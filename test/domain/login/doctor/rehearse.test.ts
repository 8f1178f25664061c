import { describe, expect, test } from '@jest/globals';
import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import { afterRename, asImmutable } from '../../../../src/domain/login/doctor/moved-claims.ts';
import { account, claims, facts, pool } from '../../../support/login-facts.ts';

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
      rehearsed(change).find((found) => found.rule === rule)?.commands?.[0] ?? '';
    expect(
      fixOf(
        { condition: "assertion.repository == 'acme/ocr' && assertion.ref == 'refs/heads/main'" },
        'login-rename',
      ),
    ).toContain(
      `--attribute-condition="assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name != 'pull_request_target'"`,
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
    ).toContain(
      `google.subject=assertion.sub.matches('\\''^.{1,127}$'\\'') ? assertion.sub : '\\''repo:'\\'' + assertion.repository_id`,
    );
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
