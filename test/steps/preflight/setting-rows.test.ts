import { expect, test } from '@jest/globals';
import type { PreflightUse } from '../../../src/domain/preflight/use.ts';
import { ingressRows, isClosedNow } from '../../../src/steps/preflight/setting-rows.ts';

const use: PreflightUse = {
  stages: new Set(['Smoke test']),
  ...{ counts: undefined, blindPromotes: false, smoke: true, probes: false, invoker: undefined },
  ...{ hosted: undefined, asked: {}, ingress: undefined, runtimeAccount: undefined, buildAccount: undefined },
  newRegion: false,
  kind: undefined,
};
const internal = { serviceConfig: { ingressSettings: 'ALLOW_INTERNAL_ONLY' } };
const open = { serviceConfig: { ingressSettings: 'ALLOW_ALL' } };

test.each([
  ['a machine of GitHub', { hosted: true }, internal, undefined, 'missing stop'],
  [
    'one that only sends probes',
    { hosted: true, smoke: false, probes: true },
    internal,
    undefined,
    'missing warn',
  ],
  [
    'a machine of GitHub in a network of the user: its call gets through',
    { hosted: true },
    internal,
    'function',
    'ok stop',
  ],
  ['a caller without the role has passed the ingress', { hosted: true }, internal, 'invoker', 'ok stop'],
  ['a machine of the user', { hosted: false }, internal, undefined, 'missing note'],
  [
    'a machine of the user outside of the network: its call is turned away',
    { hosted: false },
    internal,
    'ingress',
    'missing stop',
  ],
  ['a machine that does not say what it is', {}, internal, undefined, 'missing note'],
  [
    'the release closes the function',
    { hosted: true, ingress: 'ALLOW_INTERNAL_ONLY' },
    open,
    undefined,
    'missing stop',
  ],
  ['the release opens the function', { hosted: true, ingress: 'ALLOW_ALL' }, internal, undefined, ''],
  ['nothing calls the function', { hosted: true, smoke: false }, internal, undefined, ''],
] as const)('internal ingress and %s', (_, change, live, answer, wanted) => {
  const rows = ingressRows({ ...use, ...change }, live, answer);
  expect(rows.map(({ state, weight }) => `${state} ${weight}`).join()).toBe(wanted);
});

test('the service is called only if it is closed now, and something calls it later', () => {
  expect(isClosedNow(use, internal)).toBe(true);
  expect(isClosedNow(use, open)).toBe(false);
  expect(isClosedNow({ ...use, smoke: false }, internal)).toBe(false);
  expect(isClosedNow(use, undefined)).toBe(false);
});
