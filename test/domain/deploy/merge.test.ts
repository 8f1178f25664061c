import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/domain/data/json.ts';
import { lossesOf, type Merging, mergedSettings } from '../../../src/domain/deploy/merge.ts';

const path = 'serviceConfig.environmentVariables';
const live: JsonObject = { serviceConfig: { environmentVariables: { A: '1', B: '2' } } };

test.each<[string, JsonObject | undefined, boolean | undefined, object]>([
  ['merges what is set into what is live', live, true, { A: '1', B: '3', C: '4' }],
  ['replaces everything if it may not merge', live, false, { B: '3', C: '4' }],
  ['replaces everything by default', live, undefined, { B: '3', C: '4' }],
  ['has nothing to merge with before the first deploy', undefined, true, { B: '3', C: '4' }],
])('%s', (_what, config, mergeVariables, expected) => {
  const settings = new Map<string, Json>([[path, { B: '3', C: '4' }]]);
  expect(mergedSettings(settings, config, { mergeVariables }).get(path)).toEqual(expected);
});

test('changes nothing if no variables are set', () => {
  const merging: Merging = { mergeVariables: true, secretsStrategy: 'merge', labelsStrategy: 'merge' };
  expect(mergedSettings(new Map(), live, merging).size).toBe(0);
});

describe('secrets and labels', () => {
  const variable = (key: string, version: string) => ({ key, projectId: 'p', secret: 's', version });
  const volume = (mountPath: string) => ({ mountPath, projectId: 'p', secret: 's', versions: [] });
  const service: JsonObject = {
    labels: { team: 'vision', 'goog-managed-by': 'x' },
    serviceConfig: {
      secretEnvironmentVariables: [variable('A', '1'), variable('B', '1')],
      secretVolumes: [volume('/old')],
    },
  };
  const wanted = new Map<string, Json>([
    ['labels', { stage: 'prod' }],
    ['serviceConfig.secretEnvironmentVariables', [variable('B', '2')]],
    ['serviceConfig.secretVolumes', []],
  ]);

  test('merge keeps what is not named, and takes the new value of what is', () => {
    const merged = mergedSettings(wanted, service, { secretsStrategy: 'merge', labelsStrategy: 'merge' });
    expect(Object.fromEntries(merged)).toEqual({
      labels: { team: 'vision', 'goog-managed-by': 'x', stage: 'prod' },
      'serviceConfig.secretEnvironmentVariables': [variable('A', '1'), variable('B', '2')],
      'serviceConfig.secretVolumes': [volume('/old')],
    });
  });

  test.each<[string, Merging, object]>([
    ['without a strategy, both are lost', {}, { secrets: ['A', '/old'], labels: ['team'] }],
    ['with one for secrets, labels are', { secretsStrategy: 'overwrite' }, { secrets: [], labels: ['team'] }],
    [
      'with both, nothing is without a word',
      { secretsStrategy: 'merge', labelsStrategy: 'overwrite' },
      { secrets: [], labels: [] },
    ],
  ])('%s', (_what, merging, expected) => {
    expect(lossesOf(wanted, service, merging)).toEqual(expected);
  });

  test('what is emptied by {} is meant to go, and what is not set stays', () => {
    const emptied = new Map<string, Json>(
      [...wanted.keys()].map((name) => [name, name === 'labels' ? {} : []]),
    );
    for (const settings of [emptied, new Map<string, Json>()])
      expect(lossesOf(settings, service, {})).toEqual({ secrets: [], labels: [] });
    expect(lossesOf(wanted, undefined, {})).toEqual({ secrets: [], labels: [] });
  });
});
