import { describe, expect, test } from '@jest/globals';
import { type PostureRule, postureRules } from '../../../src/domain/findings/rules/posture.ts';
import { protections } from '../../../src/domain/posture/protections.ts';
import type { State } from '../../../src/domain/posture/row.ts';
import { postureWith } from '../../support/posture-facts.ts';
import { accessCases } from './cases/access.ts';
import { aroundCases } from './cases/around.ts';
import { frontCases } from './cases/front.ts';
import { imageCases } from './cases/image.ts';
import { secretCases } from './cases/secrets.ts';

const cases = [...accessCases, ...frontCases, ...secretCases, ...imageCases, ...aroundCases];
const worst = ['critical', 'high', 'medium', 'low', 'info'];
const byId = new Map(protections.map((one) => [one.id, one]));

describe.each(cases.map((one) => [`${one.id}: ${one.name}`, one] as const))(
  '%s',
  (_, { id, state, change, says, severity, permission }) => {
    const row = byId.get(id)?.judge(postureWith(change));
    test(`is ${state}`, () => {
      const text = [row?.saw, ...(row?.holes ?? []).map((hole) => hole.text)].join('\n');
      expect({ state: row?.state, text }).toEqual({ state, text });
      if (says) expect(text).toMatch(says);
      if (severity) {
        const found = (row?.holes ?? []).map((hole) => worst.indexOf(hole.severity));
        expect(worst[Math.min(...found)]).toBe(severity);
      }
      if (permission) expect(row?.permissions).toContain(permission);
      // Whoever reads a hole must learn what to do, and whoever reads a row must be able to look for himself.
      for (const hole of row?.holes ?? []) {
        expect(hole.text).toMatch(/^[^\n]+\.$/);
        expect(hole.fix).not.toBe('');
        if (hole.commands?.length) expect(hole.fix).toMatch(/:$|or$/);
      }
      expect(row?.holes.length === 0).toBe(
        state === 'present' || state === 'not applicable' || (state === 'unknown' && row?.holes.length === 0),
      );
      expect(row?.saw).toMatch(/\.$/);
      if (state !== 'not applicable' && state !== 'unknown') expect(row?.call).not.toBe('');
    });
  },
);

/** States that a protection cannot have: a plain variable is there or not, and nobody can bypass its absence. */
const never: Partial<Record<PostureRule, State[]>> = {
  'posture-changers': ['absent', 'not applicable'],
  'posture-secret-readers': ['absent'],
  'posture-deny-policy': ['not applicable'],
  'posture-iap': ['not applicable'],
  'posture-rate-limit': ['not applicable'],
  'posture-secret-life-cycle': ['absent'],
  'posture-plain-secrets': ['bypassable'],
  'posture-upload': ['bypassable'],
  'posture-source': ['bypassable'],
  'posture-perimeter': ['absent'],
  'posture-alerts': ['not applicable'],
  'posture-buckets': ['absent'],
};

test('every protection has a case for every state that it can have', () => {
  const states: State[] = ['present', 'bypassable', 'absent', 'not applicable', 'unknown'];
  const missing = protections.flatMap(({ id }) =>
    states
      .filter((state) => !never[id]?.includes(state))
      .filter((state) => !cases.some((one) => one.id === id && one.state === state))
      .map((state) => `${id} ${state}`),
  );
  expect(missing).toEqual([]);
  const impossible = cases
    .filter(({ id, state }) => never[id]?.includes(state))
    .map(({ id, state }) => `${id} ${state}`);
  expect(impossible).toEqual([]);
});

test('the table has a row for every rule, each once', () => {
  expect(protections.map(({ id }) => id).sort()).toEqual(Object.keys(postureRules).sort());
});
