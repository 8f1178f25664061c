import { describe, expect, test } from '@jest/globals';
import { conditionFor } from '../../../../src/domain/login/commands.ts';
import { holds, mapClaims } from '../../../../src/domain/login/doctor/cel.ts';
import { closed } from '../../../../src/domain/login/doctor/edit-condition.ts';
import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import { asImmutable } from '../../../../src/domain/login/doctor/moved-claims.ts';
import { strangers } from '../../../../src/domain/login/doctor/other-runs.ts';
import { claims, facts, mapping, member, own, pool, request, rules } from '../../../support/login-facts.ts';

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
      'low pull-request-target',
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
    for (const { title, why, commands } of examine(facts({ condition: undefined, members: everyone })).filter(
      ({ rule }) => rule.startsWith('login-stranger-'),
    )) {
      expect(title).toMatch(/passes the condition/);
      expect(why).toMatch(/repository_id=\d+/);
      expect(commands?.[0]).toContain('--attribute-condition=');
    }
    expect(holds(conditionFor(claims), claims, own)).toBe('true');
    for (const stranger of strangers(claims).filter(({ id }) => id !== 'self-hosted'))
      expect(holds(conditionFor(claims), stranger.claims, mapClaims(mapping, stranger.claims))).toBe('false');
  });

  const ids = "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'";
  const place = "assertion.ref == 'refs/heads/main' && assertion.event_name != 'pull_request_target'";
  test.each([
    [undefined, `${ids} && ${place}`],
    ["assertion.repository_owner_id == '4211'", `${ids} && ${place}`],
    [
      "assertion.repository_owner == 'acme' || assertion.actor == 'mina'",
      `(assertion.repository_owner == 'acme' || assertion.actor == 'mina') && ${ids} && ${place}`,
    ],
    [
      "assertion.ref == 'refs/heads/main' && (has(assertion.a) || assertion.repository_owner == 'acme')",
      `assertion.ref == 'refs/heads/main' && (has(assertion.a) || assertion.repository_owner == 'acme') && ${ids} && assertion.event_name != 'pull_request_target'`,
    ],
    // What keeps the others out already stays alone.
    [
      `${ids} && assertion.ref in ['refs/heads/main', 'refs/heads/next'] && assertion.event_name == 'push'`,
      `${ids} && assertion.ref in ['refs/heads/main', 'refs/heads/next'] && assertion.event_name == 'push'`,
    ],
  ])('a closed condition keeps what %s requires', (condition, expected) => {
    const resource = { attributeCondition: condition, attributeMapping: mapping };
    expect(closed(resource, claims)).toBe(expected);
    expect(closed(resource, claims, ["assertion.actor == 'mina'"])).toBe(
      `${expected} && assertion.actor == 'mina'`,
    );
    expect(holds(expected, claims, own)).toBe('true');
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'an environment',
      { environment: 'prod', sub: 'repo:acme/ocr:environment:prod' },
      `assertion.environment == 'prod' && ${place}`,
    ],
    [
      'a tag',
      { ref: 'refs/tags/v1', ref_type: 'tag' },
      "assertion.ref.startsWith('refs/tags/') && assertion.event_name != 'pull_request_target'",
    ],
    [
      'a pull request',
      { ref: 'refs/pull/7/merge', event_name: 'pull_request', sub: 'repo:acme/ocr:pull_request' },
      "assertion.event_name == 'pull_request'",
    ],
    ['a pull request of a fork', { event_name: 'pull_request_target' }, "assertion.ref == 'refs/heads/main'"],
  ])('the condition for %s admits this kind of run alone', (_, changed, context) => {
    const run = { ...claims, ...changed };
    expect(conditionFor(run)).toBe(`${ids} && ${context}`);
    expect(holds(conditionFor(run), run, mapClaims(mapping, run))).toBe('true');
  });

  test('every repair of a report prints a condition that keeps out the runs of all its findings', () => {
    const found = examine(facts({ condition: undefined, members: everyone })).filter(({ rule }) =>
      rule.startsWith('login-stranger-'),
    );
    expect(found.length).toBeGreaterThan(9);
    const commands = new Set(found.flatMap(({ commands: printed = [] }) => printed));
    // The one about self-hosted runners has one part more.
    expect(commands.size).toBe(2);
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
