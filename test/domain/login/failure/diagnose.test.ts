import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoted } from '../../../../src/domain/data/shell.ts';
import { conditionFor } from '../../../../src/domain/login/commands.ts';
import { diagnose, knownFailures } from '../../../../src/domain/login/failure/diagnose.ts';
import { grantAsMapped } from '../../../../src/domain/login/grant.ts';
import { claims, onAccount, provider, refusals, request, sts } from './refusals.ts';

describe('each refusal has a cause and a repair', () => {
  test.each(refusals)('%s (%s)', (rule, retry, failure, repair) => {
    const found = diagnose(failure, request, claims);
    expect([found.rule, found.retry]).toEqual([rule, retry]);
    expect([found.fix, ...found.commands].join('\n')).toContain(repair);
    for (const text of [found.what, found.why, found.fix]) expect(text.length).toBeGreaterThan(10);
  });

  test('the table above covers every row', () => {
    expect([...new Set(refusals.map(([rule]) => rule))].sort()).toEqual([...knownFailures].sort());
  });

  test('an unknown refusal quotes Google and shows how to look at the provider', () => {
    const found = diagnose(sts('something_new', 'A sentence that no row knows.'), request, claims);
    expect(found).toMatchObject({ rule: 'unknown', code: 'login-sts-refused', retry: 'never' });
    expect(found.what).toContain('A sentence that no row knows.');
    expect(found.commands[0]).toContain(
      'providers describe projects/42/locations/global/workloadIdentityPools/github/providers/gh',
    );
  });

  test('a chain of delegates gets a grant for every link', () => {
    const found = diagnose(
      onAccount(403, 'PERMISSION_DENIED', 'denied'),
      { ...request, delegates: ['hop@my-project.iam.gserviceaccount.com'] },
      claims,
    );
    expect(found.commands[0]).toContain(
      'add-iam-policy-binding hop@my-project.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator --member="$member"',
    );
    expect(found.commands[1]).toBe(
      'gcloud iam service-accounts add-iam-policy-binding deployer@my-project.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator --member=serviceAccount:hop@my-project.iam.gserviceaccount.com --condition=None',
    );
  });

  test('the grant is for the branch, and for the numeric id if the provider maps no subject', () => {
    expect(grantAsMapped(provider, 'a@b.iam.gserviceaccount.com', claims)).toMatch(
      /google\.subject=assertion\.sub;"\*\) member=principal:\S+\/subject\/repo:acme\/ocr:ref:refs\/heads\/main;; .*attribute\.repository_id\/770001;; /,
    );
  });
});

describe('claims in commands are only data', () => {
  test('a shell reads back exactly the value, even for hostile branch names', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        'a',
        "'",
        '"',
        '$',
        '`',
        '\\',
        '!',
        ';',
        '&',
        '|',
        '(',
        ')',
        ' ',
        '*',
        '한',
        '-',
        '~',
        '#',
      ),
    });
    fc.assert(
      fc.property(nasty, (value) => {
        const read = execFileSync('/bin/sh', ['-c', `printf '%s' ${quoted(value)}`], { encoding: 'utf8' });
        expect(read).toBe(value);
      }),
      { numRuns: 60 },
    );
  });

  test('a control character cannot start a new line', () => {
    expect(quoted('a\nrm -rf b')).toBe('"arm -rf b"');
  });

  test('an id cannot end its CEL literal', () => {
    expect(
      conditionFor({ repository_owner_id: "1' || true || '", repository_id: '2', ref: "refs/heads/it's" }),
    ).toBe(
      "assertion.repository_owner_id == '1\\' || true || \\'' && assertion.repository_id == '2' && assertion.ref == 'refs/heads/it\\'s' && assertion.event_name != 'pull_request_target'",
    );
  });
});
