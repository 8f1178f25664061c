import { expect, test } from '@jest/globals';
import { mergedSettings } from '../../../src/domain/deploy/merge.ts';

const path = 'serviceConfig.environmentVariables';
const live = { serviceConfig: { environmentVariables: { A: '1', B: '2' } } };

test.each<[string, object | undefined, boolean | undefined, object]>([
  ['merges what is set into what is live', live, true, { A: '1', B: '3', C: '4' }],
  ['replaces everything if it may not merge', live, false, { B: '3', C: '4' }],
  ['replaces everything by default', live, undefined, { B: '3', C: '4' }],
  ['has nothing to merge with before the first deploy', undefined, true, { B: '3', C: '4' }],
])('%s', (_what, config, merge, expected) => {
  const settings = new Map([[path, { B: '3', C: '4' }]]);
  expect(mergedSettings(settings, config as never, merge).get(path)).toEqual(expected);
});

test('changes nothing if no variables are set', () => {
  expect(mergedSettings(new Map(), live, true).size).toBe(0);
});
