import { describe, expect, test } from '@jest/globals';
import { conditionHolds } from '../../../../src/domain/exposure/conditions/condition.ts';
import { settleConditions } from '../../../../src/domain/exposure/conditions/settle.ts';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { factsWith, service } from '../../../support/exposure-facts.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const scene = {
  now,
  resources: [
    { name: service, service: 'run.googleapis.com', type: 'run.googleapis.com/Service' },
    {
      name: 'projects/p-one',
      service: 'cloudresourcemanager.googleapis.com',
      type: 'cloudresourcemanager.googleapis.com/Project',
    },
  ],
};

describe('false now and later, for everything on the way', () => {
  test.each([
    'false',
    '1 == 2',
    'false && destination.ip == "10.0.0.1"',
    'request.time < timestamp("2020-01-01T00:00:00Z")',
    "request.time < timestamp('2026-11-29T11:00:00Z')",
    'request.time < timestamp("2026-11-29T12:00:00+02:00")',
    'request.time < date("2021-05-05")',
    'request.time > timestamp("2020-01-01T00:00:00Z") && request.time < timestamp("2021-01-01T00:00:00Z")',
    'resource.name == "projects/p-one/locations/us-central1/services/other"',
    'resource.name.startsWith("projects/_/buckets/")',
    'resource.type == "storage.googleapis.com/Bucket"',
    'resource.service == "secretmanager.googleapis.com"',
    'resource.name.startsWith("projects/_/buckets/x") && request.time < timestamp("2099-01-01T00:00:00Z")',
  ])('%s', (expression) => expect(conditionHolds(expression, scene)).toBe('no'));
});

describe('true for every resource', () => {
  test.each([
    'true',
    '!resource.name.startsWith("projects/_/buckets/")',
    'request.time < timestamp("2999-01-01T00:00:00Z")',
    'request.time.getFullYear() > 2000',
  ])('%s', (expression) => expect(conditionHolds(expression, scene)).toBe('yes'));
});

describe('cannot be excluded', () => {
  test.each([
    // It is false at this moment, and true at another one.
    'request.time > timestamp("2027-01-01T00:00:00Z")',
    'request.time < timestamp("2026-11-29T11:58:00Z")',
    'request.time.getHours("Europe/Berlin") < 1',
    'request.time - timestamp("2020-01-01T00:00:00Z") < duration("3600s")',
    'request.time > timestamp("2027-" + "01-01T00:00:00Z") && request.time < timestamp("2027-" + "01-02T00:00:00Z")',
    'int(request.time) > 1800000000 && int(request.time) < 1800000001',
    'request.time > timestamp("2027-01-01T00:00:00Z") && request.time < timestamp("2027-01-02T00:00:00Z")',
    // It may be about our resource.
    `resource.name == "${service}"`,
    'resource.name.startsWith("projects/1234567/locations/us-central1/services/ocr")',
    'resource.name.extract("projects/{p}/") == "1234567"',
    'resource.name.matches("^projects/[0-9]+/locations/us-central1/services/ocr$")',
    'resource.name.matches("(?i)PROJECTS/p-one/.*")',
    'resource.type == "run.googleapis.com/AnotherName"',
    'resource.name == "projects/-/serviceAccounts/123456789012345678901"',
    // Only Google knows these attributes.
    '"accessPolicies/1/accessLevels/office" in request.auth.access_levels',
    'api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(["roles/x"])',
    'resource.matchTag("1/env", "prod")',
    'destination.ip == "10.0.0.1"',
    'has(request.auth)',
    'request.host == "ocr.example.com"',
    // It could take for ever.
    'resource.name.matches("^(([a-z])+.)+[A-Z]([a-z])+$")',
    '[1, 2].all(a, [1, 2].all(b, a > b))',
    `request.time < timestamp("2020-01-01T00:00:00Z") && resource.name != "${'x'.repeat(5000)}"`,
    `false && [${Array(40).fill('"a"').join()}].size() == 1`,
    // This is not CEL.
    '',
    '(((',
    'request.time <',
    '"true"',
    '7',
  ])('%s', (expression) => expect(conditionHolds(expression, scene)).toBe('unknown'));
});

const conditional = (expression: string) => {
  const facts = factsWith({
    bindings: {
      project: [
        {
          role: 'roles/run.invoker',
          members: ['allAuthenticatedUsers'],
          condition: { title: 't', expression },
        },
      ],
    },
  });
  return { ...facts, policies: settleConditions(facts.policies, facts.target, now) };
};

test('a binding whose condition is false does not count as public, and gets a remark', () => {
  const judgement = judge(conditional('false'));
  expect(judgement).toMatchObject({ exposure: 'private', verdict: 'pass' });
  expect(judgement.findings).toContainEqual(
    expect.objectContaining({
      rule: 'public-under-false-condition',
      severity: 'low',
      why: 'The condition: false',
    }),
  );
});

test('a binding whose condition holds is public', () => {
  const judgement = judge(conditional('true'));
  expect(judgement).toMatchObject({ exposure: 'public', proof: 'complete' });
  expect(judgement.findings[0]?.why).toContain('Its condition is true here.');
});

test('a condition that only Google can evaluate counts as true, and the finding says so', () => {
  const judgement = judge(conditional('resource.matchTag("1/env", "prod")'));
  expect(judgement).toMatchObject({ exposure: 'public', proof: 'partial' });
  expect(judgement.findings[0]?.why).toContain('cannot be evaluated here with certainty');
});
