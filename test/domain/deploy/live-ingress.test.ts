import { expect, test } from '@jest/globals';
import { ingressDrift, keepingIngress, withLiveIngress } from '../../../src/domain/deploy/live-ingress.ts';

const fn = (ingress?: string) => ({ serviceConfig: ingress ? { ingressSettings: ingress } : {} });
const path = 'serviceConfig.ingressSettings';

test.each([
  ['both say the same', 'ALLOW_ALL', 'INGRESS_TRAFFIC_ALL', undefined],
  ['no saved setting means the default', undefined, 'INGRESS_TRAFFIC_ALL', undefined],
  [
    'the service is wider',
    'ALLOW_INTERNAL_ONLY',
    'INGRESS_TRAFFIC_ALL',
    { saved: 'ALLOW_INTERNAL_ONLY', live: 'ALLOW_ALL' },
  ],
  [
    'the service is narrower',
    undefined,
    'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    { saved: 'ALLOW_ALL', live: 'ALLOW_INTERNAL_AND_GCLB' },
  ],
  ['a setting that functions do not know', 'ALLOW_ALL', 'INGRESS_TRAFFIC_NONE', undefined],
  ['no service', 'ALLOW_INTERNAL_ONLY', undefined, undefined],
])('%s', (_, saved, live, drift) => {
  expect(ingressDrift(fn(saved), live)).toEqual(drift);
});

const drift = { saved: 'ALLOW_INTERNAL_ONLY', live: 'ALLOW_ALL' };

test('an update keeps the live ingress, unless the inputs name one', () => {
  expect(keepingIngress(new Map([['description', 'x']]), drift)?.get(path)).toBe('ALLOW_ALL');
  expect(keepingIngress(new Map([[path, 'ALLOW_ALL']]), drift)).toBeUndefined();
  expect(keepingIngress(new Map(), undefined)).toBeUndefined();
});

test('a saved setting that is not live is a change in the plan', () => {
  const saved = fn('ALLOW_INTERNAL_ONLY');
  expect(withLiveIngress(saved, new Map([[path, 'ALLOW_INTERNAL_ONLY']]), drift)).toEqual(fn('ALLOW_ALL'));
  expect(withLiveIngress(saved, new Map([[path, 'ALLOW_ALL']]), drift)).toBe(saved);
  expect(withLiveIngress(saved, new Map(), drift)).toBe(saved);
  expect(saved).toEqual(fn('ALLOW_INTERNAL_ONLY'));
});
