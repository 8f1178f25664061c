import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holds, mapClaims } from '../../../src/domain/login/doctor/cel.ts';
import { strangers } from '../../../src/domain/login/doctor/other-runs.ts';
import {
  type Admission,
  attributeMapping,
  conditionOf,
  joined,
  parseCondition,
  without,
} from '../../../src/domain/setup/admission.ts';
import { claims } from '../../support/login-facts.ts';

const one = { repositoryId: '770001', branch: 'main', environment: 'prod/ocr' };
const admission = (more: Partial<Admission> = {}): Admission => ({
  ...{ ownerId: '4211', hostedOnly: false, everyRepository: undefined, repositories: [one] },
  ...more,
});
const truth = (condition: string, changed: object) => {
  const run = { ...claims, ...changed } as typeof claims;
  return holds(condition, run, mapClaims(attributeMapping, run));
};

const admitted = fc.record({
  repositoryId: fc.integer({ min: 1, max: 1e9 }).map(String),
  branch: fc.constantFrom('main', 'release/v1', 'trunk'),
  environment: fc.option(fc.constantFrom('prod/ocr', 'prod eu', 'test'), { nil: undefined }),
});
const admissions = fc
  .record({
    ownerId: fc.integer({ min: 1, max: 1e9 }).map(String),
    hostedOnly: fc.boolean(),
    everyRepository: fc.option(fc.record({ branch: fc.constantFrom('main', 'a/b') }), { nil: undefined }),
    repositories: fc.uniqueArray(admitted, {
      minLength: 1,
      maxLength: 8,
      selector: (item) => item.repositoryId,
    }),
  })
  .map((made): Admission => (made.everyRepository ? { ...made, repositories: [] } : made));

test('a condition of ours is read back, whatever it lets in', () => {
  fc.assert(
    fc.property(admissions, (made) => {
      const condition = conditionOf(made);
      const read = parseCondition(condition);
      expect(read && conditionOf(read)).toBe(condition);
      expect(new Set(read?.repositories.map((item) => JSON.stringify(item)))).toEqual(
        new Set(made.repositories.map((item) => JSON.stringify(item))),
      );
    }),
  );
});

test('a condition with any other letter is not one of ours', () => {
  fc.assert(
    fc.property(admissions, fc.nat(), fc.constantFrom("' || true || '", ' ', '1', "'"), (made, at, more) => {
      const condition = conditionOf(made);
      const cut = at % condition.length;
      const other = condition.slice(0, cut) + more + condition.slice(cut);
      const read = parseCondition(other);
      // Either it is not understood, or it says exactly what it is read as.
      if (read) expect(conditionOf(read)).toBe(other);
    }),
  );
});

test('lets in the repository from its branch and environment, and no stranger', () => {
  const condition = conditionOf(admission());
  const own = { environment: 'prod/ocr' };
  expect(truth(condition, own)).toBe('true');
  expect(truth(condition, { ...own, environment: 'test' })).toBe('false');
  expect(truth(condition, { ...own, ref: 'refs/heads/topic' })).toBe('false');
  expect(truth(condition, { ...own, event_name: 'pull_request_target' })).toBe('false');
  const run = { ...claims, ...own } as typeof claims;
  const let_in = strangers(run).filter(({ claims: other }) => truth(condition, other) !== 'false');
  expect(let_in.map(({ id }) => id)).toEqual(['self-hosted']);
  const hosted = conditionOf(admission({ hostedOnly: true }));
  expect(strangers(run).filter(({ claims: other }) => truth(hosted, other) !== 'false')).toEqual([]);
});

test('every repository of the owner, and no other owner', () => {
  const condition = conditionOf(admission({ everyRepository: { branch: 'main' }, repositories: [] }));
  expect(truth(condition, { repository_id: '5', repository: 'acme/new' })).toBe('true');
  expect(truth(condition, { repository_owner_id: '4212' })).toBe('false');
  expect(truth(condition, { ref: 'refs/heads/x' })).toBe('false');
});

test('one repository more joins, another owner does not, and the last one that goes leaves nothing', () => {
  const two = { repositoryId: '770002', branch: 'main', environment: 'prod/bills' };
  const both = joined(admission(), admission({ repositories: [two] }));
  expect(both?.repositories).toEqual([one, two]);
  expect(joined(admission(), admission())).toEqual(admission());
  expect(joined(admission(), admission({ ownerId: '1' }))).toBeUndefined();
  expect(joined(admission(), admission({ hostedOnly: true }))).toBeUndefined();
  expect(without(both as Admission, admission({ repositories: [two] }))).toEqual(admission());
  expect(without(admission(), admission())).toBeUndefined();
});

test("the mapping holds for both forms of the subject, within Google's 127 bytes", () => {
  const long = {
    repository_id: '9'.repeat(19),
    run_id: '9'.repeat(19),
    ref: `refs/heads/${'x'.repeat(200)}`,
  };
  for (const sub of [
    'repo:acme/ocr:environment:prod/ocr',
    'repo:acme@4211/ocr@770001:environment:prod/ocr',
  ]) {
    const mapped = mapClaims(attributeMapping, { ...claims, ...long, sub } as typeof claims);
    expect(JSON.stringify(mapped)).not.toContain('acme');
  }
  expect(`repo:${long.repository_id}:${long.run_id}`.length).toBeLessThan(127);
});

test('forty repositories with environments fit into a condition', () => {
  const repositories = Array.from({ length: 40 }, (_, at) => ({
    ...{
      repositoryId: String(1_234_567_800 + at),
      branch: 'main',
      environment: `prod/function-of-team-${at}`,
    },
  }));
  expect(conditionOf(admission({ repositories })).length).toBeLessThanOrEqual(4096);
});
