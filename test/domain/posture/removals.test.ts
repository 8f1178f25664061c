import { expect, test } from '@jest/globals';
import { isObject } from '../../../src/domain/data/json.ts';
import { judge } from '../../../src/domain/exposure/judge.ts';
import type { PostureFacts } from '../../../src/domain/posture/facts.ts';
import { judgePosture } from '../../../src/domain/posture/judge.ts';
import { postureWith } from '../../support/posture-facts.ts';
import { accessCases } from './cases/access.ts';
import { aroundCases } from './cases/around.ts';
import { frontCases } from './cases/front.ts';
import { imageCases } from './cases/image.ts';
import { secretCases } from './cases/secrets.ts';

/** A posture prints a removal for many kinds of policy. Each has to name the condition of its binding: a removal without it does nothing. */

const cases = [...accessCases, ...frontCases, ...secretCases, ...imageCases, ...aroundCases];
const condition = { title: 'later', expression: 'request.time > timestamp("2026-01-01T00:00:00Z")' };

/** The same facts, in which every binding of every policy has this condition. */
function bound(value: unknown, under: typeof condition | undefined): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, bound(one, under)] as const));
  if (Array.isArray(value)) return value.map((one) => bound(one, under));
  if (!isObject(value)) return value;
  const same = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bound(one, under)]));
  return Array.isArray(same.members) && typeof same.role === 'string'
    ? { ...same, condition: under, holds: under ? 'unknown' : 'yes' }
    : same;
}

function factsUnder(under: typeof condition | undefined, facts: PostureFacts): PostureFacts {
  const changed = bound(facts, under) as PostureFacts;
  return { ...changed, judgement: judge(changed.exposure) };
}

const removals = (facts: PostureFacts): string[] =>
  judgePosture(facts, { severity: undefined, change: false, unknown: false }, undefined)
    .evidence.rows.flatMap(({ holes }) => holes.flatMap(({ commands }) => commands ?? []))
    .filter((command) => command.includes('remove-iam-policy-binding'));

const groupOf = (command: string): string => command.slice(0, command.indexOf(' remove-iam'));

test('a removal takes the binding with its condition, and only then every condition of the member', () => {
  const seen = { plain: new Set<string>(), conditional: new Set<string>() };
  for (const { change } of cases) {
    const facts = postureWith(change);
    for (const command of removals(factsUnder(undefined, facts))) {
      seen.plain.add(groupOf(command));
      expect(command).toMatch(command.startsWith('gcloud functions ') ? /--role=\S+$/ : / --condition=None$/);
    }
    for (const command of removals(factsUnder(condition, facts))) {
      seen.conditional.add(groupOf(command));
      expect(command).toMatch(command.startsWith('gcloud functions ') ? /--role=\S+$/ : / --all$/);
    }
  }
  expect(seen.conditional).toEqual(seen.plain);
  expect(seen.plain).toContain('gcloud storage buckets');
});
