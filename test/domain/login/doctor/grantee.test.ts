import { describe, expect, test } from '@jest/globals';
import { narrowGrant } from '../../../../src/domain/login/doctor/grantee.ts';
import { rehearse } from '../../../../src/domain/login/doctor/rehearse.ts';
import { lastingSubject } from '../../../../src/domain/login/next-run.ts';
import { shortSubject } from '../../../../src/domain/login/subject.ts';
import * as login from '../../../support/login-facts.ts';

/** The member that a grant names is the narrowest of those that the provider maps and that the next run has too. */

const provider = login.request.provider as NonNullable<typeof login.request.provider>;
const sub = { 'google.subject': 'assertion.sub' };
const id = { 'attribute.repository_id': 'assertion.repository_id' };
const short = { 'google.subject': "'repo:' + assertion.repository_id + ':' + assertion.run_id" };
const both = { 'attribute.job': "assertion.repository_id + ' ' + assertion.ref" };
const loose = "assertion.repository_owner_id == '4211'";
const subject = (value: string) => `principal://${login.pool}/subject/${value}`;
const attribute = (value: string) => `principalSet://${login.pool}/attribute.${value}`;
const main = 'repo:acme/ocr:ref:refs/heads/main';
const prod = 'repo:acme/ocr:environment:prod';

type Case = [
  name: string,
  mapping: Record<string, string>,
  condition: string | undefined,
  claims: Record<string, unknown>,
  member: string,
  who: RegExp,
  wide: RegExp | undefined,
];
const cases: Case[] = [
  ['a branch', { ...sub, ...id }, loose, {}, subject(main), /this branch/, undefined],
  [
    'a branch, and a condition that lets in nothing else of the repository',
    { ...sub, ...id },
    `${loose} && assertion.ref == 'refs/heads/main'`,
    {},
    attribute('repository_id/770001'),
    /this repository/,
    undefined,
  ],
  [
    'an environment, and a condition that lets in the branch without it',
    { ...sub, ...id },
    `${loose} && assertion.ref == 'refs/heads/main'`,
    { environment: 'prod', sub: prod },
    subject(prod),
    /this environment/,
    undefined,
  ],
  [
    'an attribute of both',
    { ...sub, ...id, ...both },
    loose,
    {},
    attribute('job/770001 refs/heads/main'),
    /repository/,
    undefined,
  ],
  [
    'a subject of one run',
    { ...short, ...id },
    loose,
    {},
    attribute('repository_id/770001'),
    /this repository/,
    /a pull request in this repository and any branch/,
  ],
  [
    'a tag, which the next run does not have',
    { ...sub, ...id },
    undefined,
    { ref: 'refs/tags/v1', ref_type: 'tag', sub: 'repo:acme/ocr:ref:refs/tags/v1' },
    attribute('repository_id/770001'),
    /this repository/,
    /any branch of this repository/,
  ],
  [
    'only a branch, which others have too',
    { ...short, 'attribute.ref': 'assertion.ref' },
    loose,
    {},
    attribute('repository_id/770001'),
    /repository/,
    /mapped first/,
  ],
  [
    'a subject of a customised template that holds the commit',
    { ...sub, ...id },
    loose,
    { sha: 'abc', sub: 'repo:acme/ocr:ref:refs/heads/main:sha:abc' },
    attribute('repository_id/770001'),
    /this repository/,
    /any branch/,
  ],
];

describe('the narrowest member', () => {
  test.each(cases)('%s', (_name, attributeMapping, attributeCondition, more, member, who, wide) => {
    const resource = { name: login.name, attributeMapping, attributeCondition };
    const found = narrowGrant(provider, resource, login.account, { ...login.claims, ...more });
    expect(found.commands.at(-1)).toContain(` --member=${/ /.test(member) ? `"${member}"` : member} `);
    expect(found.who).toMatch(who);
    if (wide) expect(found.wide).toMatch(wide);
    else expect(found.wide).toBeUndefined();
    // What is mapped first keeps every entry of the mapping.
    for (const command of found.commands.slice(0, -1))
      for (const entry of Object.keys(attributeMapping)) expect(command).toContain(`${entry}=`);
  });
});

test('a subject lasts if no part of it belongs to one run', () => {
  const of = (more: Record<string, unknown>) => lastingSubject({ ...login.claims, ...more });
  expect(of({})).toBe(main);
  expect(of({ run_id: '7', sub: `${main}:run_id:7` })).toBeUndefined();
  // The number of the run also stands in a name, which stays.
  expect(of({ run_attempt: '1', sub: 'repo:acme/ocr1:environment:1' })).toBe('repo:acme/ocr1:environment:1');
  const queue = 'refs/heads/gh-readonly-queue/main/pr-7-abc';
  expect(of({ ref: queue, sub: `repo:acme/ocr:ref:${queue}` })).toBeUndefined();
  const workflow = 'acme/ocr/.github/workflows/r.yml@refs/tags/v1';
  expect(
    of({
      ref: 'refs/tags/v1',
      job_workflow_ref: workflow,
      sub: `repo:acme/ocr:job_workflow_ref:${workflow}`,
    }),
  ).toBeUndefined();
  expect(lastingSubject(undefined)).toBeUndefined();
});

test('a rename and the immutable subject: the grant that is prepared is as wide as the present one', () => {
  const fix = (members: string[], rule: string) => {
    const facts = login.facts({ condition: undefined, members });
    const found = rehearse(facts, provider, facts.provider as NonNullable<typeof facts.provider>);
    return found.find((finding) => finding.rule === rule)?.commands ?? [];
  };
  expect(fix([subject(main)], 'login-immutable-subject')).toEqual([
    expect.stringContaining(subject('repo:acme@4211/ocr@770001:ref:refs/heads/main')),
  ]);
  const [mapping, grant] = fix([subject(main)], 'login-rename');
  expect(mapping).toContain("attribute.repository_id_ref=assertion.repository_id + ':' + assertion.ref");
  expect(grant).toContain(attribute('repository_id_ref/770001:refs/heads/main'));
  expect(fix([attribute('repository/acme/ocr')], 'login-rename')).toEqual([
    expect.stringContaining(attribute('repository_id/770001')),
  ]);
});

test('the mapping for long subjects keeps those that fit, in bytes', () => {
  expect(shortSubject()).toMatch(/^assertion\.sub\.matches\('\^\.\{1,127\}\$'\) \? assertion\.sub : /);
  expect(shortSubject('assertion.a + assertion.b')).toMatch(/^\(assertion\.a \+ assertion\.b\)\.matches/);
  expect(shortSubject('assertion.sub', `repo:acme/ocr:ref:refs/heads/${'각'.repeat(40)}`)).toContain(
    '{1,68}',
  );
});
