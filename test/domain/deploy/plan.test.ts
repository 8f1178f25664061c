import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/domain/data/json.ts';
import { canonical, setAt, valueAt } from '../../../src/domain/data/json.ts';
import { makePlan, sameSetting } from '../../../src/domain/deploy/plan.ts';
import { planLines, planSentence, planWithoutValues } from '../../../src/domain/deploy/plan-text.ts';
import { configText, mergeLabels } from '../../../src/domain/deploy/settings.ts';
import { configLabel, sourceLabel } from '../../../src/domain/product.ts';

const live = (parts: JsonObject = {}): JsonObject => ({
  name: 'projects/p/locations/l/functions/f',
  labels: { [sourceLabel]: 'aaa', [configLabel]: 'ccc', team: 'vision' },
  buildConfig: { runtime: 'nodejs22', entryPoint: 'ocr' },
  serviceConfig: { availableMemory: '256M', environmentVariables: { A: '1', B: '2' }, timeoutSeconds: 60 },
  ...parts,
});
const plan = (settings: [string, Json][], more: Partial<Parameters<typeof makePlan>[0]> = {}) =>
  makePlan({
    live: live(),
    settings: new Map(settings),
    sourceDigest: 'aaa',
    configDigest: 'ccc',
    files: 2,
    bytes: 10,
    allTraffic: undefined,
    built: true,
    serving: true,
    ...more,
  });

describe('the action', () => {
  test.each([
    ['nothing there', { live: undefined }, 'create'],
    ['same source, same configuration, serving', {}, 'unchanged'],
    ['the same, but another revision serves', { serving: false }, 'reuse'],
    ['the same, but the last deploy failed', { built: false }, 'update'],
    ['another source', { sourceDigest: 'bbb' }, 'update'],
    ['another configuration digest', { configDigest: 'ddd' }, 'update'],
  ] as const)('%s', (_, more, action) => {
    expect(plan([], more).action).toBe(action);
  });

  test('a live setting that differs from the input is a change', () => {
    expect(plan([['serviceConfig.timeoutSeconds', 60]]).action).toBe('unchanged');
    expect(plan([['serviceConfig.timeoutSeconds', 61]]).action).toBe('update');
  });
});

describe('changes', () => {
  test('maps are listed key by key and replaced as a whole', () => {
    const { changes, message } = plan([['serviceConfig.environmentVariables', { B: '3', C: '' }]]);
    expect(changes).toEqual([
      { path: 'serviceConfig.environmentVariables.A', kind: 'remove', before: '1', after: undefined },
      { path: 'serviceConfig.environmentVariables.B', kind: 'change', before: '2', after: '3' },
      { path: 'serviceConfig.environmentVariables.C', kind: 'add', before: undefined, after: '' },
    ]);
    expect(valueAt(message, 'serviceConfig.environmentVariables')).toEqual({ B: '3', C: '' });
  });

  test.each([
    ['serviceConfig.availableMemory', '256M', '256000k', true],
    ['serviceConfig.availableMemory', '256Mi', '256M', false],
    ['serviceConfig.availableMemory', '1Gi', '1024Mi', true],
    ['serviceConfig.availableCpu', '1', '1000m', true],
    ['serviceConfig.availableCpu', '1', '2', false],
    ['serviceConfig.minInstanceCount', undefined, 0, true],
    ['serviceConfig.secretVolumes', undefined, [], true],
    ['serviceConfig.environmentVariables', undefined, {}, true],
    ['description', undefined, '', true],
    ['description', 'a', '', false],
  ] as [string, Json | undefined, Json, boolean][])('%s: %j and %j', (path, before, after, same) => {
    expect(sameSetting(path, before, after)).toBe(same);
  });

  test('values of environment variables are never printed', () => {
    const text = planLines(plan([['serviceConfig.environmentVariables', { TOKEN: 'do-not-print' }]])).join(
      '\n',
    );
    expect(text).toContain('TOKEN = (12 characters)');
    expect(text).not.toContain('do-not-print');
  });

  test('the plan for the report does not hold the values of environment variables', () => {
    const quiet = planWithoutValues(
      plan([['serviceConfig.environmentVariables', { TOKEN: 'do-not-print', B: '3' }]]),
    );
    expect(JSON.stringify(quiet)).not.toContain('do-not-print');
    expect(planLines(quiet)).toEqual(
      expect.arrayContaining([
        'function  - serviceConfig.environmentVariables.A (was (hidden))',
        'function  ~ serviceConfig.environmentVariables.B: another value',
        'function  + serviceConfig.environmentVariables.TOKEN = (hidden)',
      ]),
    );
  });

  test('one sentence for each action', () => {
    expect(planSentence(plan([], { live: undefined }))).toBe('Creates the function from 2 files.');
    expect(planSentence(plan([['description', 'x']], { sourceDigest: 'b' }))).toBe(
      'Updates the function: the source and 1 setting.',
    );
    expect(planSentence(plan([]))).toContain('Nothing to do');
  });
});

describe('mask and labels', () => {
  test('the mask names leaf paths only: the settings from the inputs, the source and the labels', () => {
    const { mask } = plan([
      ['serviceConfig.timeoutSeconds', 90],
      ['buildConfig.environmentVariables', {}],
    ]);
    expect(mask).toEqual([
      'buildConfig.environmentVariables',
      'buildConfig.source',
      'labels',
      'serviceConfig.timeoutSeconds',
    ]);
  });

  test('a create has no mask and never asks for the traffic field', () => {
    const { mask, message } = plan([], { live: undefined, allTraffic: false });
    expect(mask).toEqual([]);
    expect(valueAt(message, 'serviceConfig.allTrafficOnLatestRevision')).toBeUndefined();
  });

  test('an explicit false for the traffic is in the message and in the mask', () => {
    const { mask, message } = plan([], { allTraffic: false });
    expect(mask).toContain('serviceConfig.allTrafficOnLatestRevision');
    expect(valueAt(message, 'serviceConfig.allTrafficOnLatestRevision')).toBe(false);
  });

  test('without the input the live labels stay; the input replaces them, except reserved ones', () => {
    const before = { team: 'vision', 'goog-managed-by': 'x', [sourceLabel]: 'old' };
    expect(mergeLabels(before, undefined, { [sourceLabel]: 'new' })).toEqual({
      ...before,
      [sourceLabel]: 'new',
    });
    expect(mergeLabels(before, { a: 'b' }, { [sourceLabel]: 'new' })).toEqual({
      'goog-managed-by': 'x',
      a: 'b',
      [sourceLabel]: 'new',
    });
  });

  const path = fc.constantFrom(
    'description',
    'buildConfig.runtime',
    'buildConfig.environmentVariables',
    'serviceConfig.availableMemory',
    'serviceConfig.environmentVariables',
    'serviceConfig.timeoutSeconds',
    'serviceConfig.minInstanceCount',
    'eventTrigger.eventType',
  );
  const value = fc.oneof(
    fc.string(),
    fc.integer({ min: 0 }),
    fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
  );
  const settings = fc.uniqueArray(fc.tuple(path, value), { selector: ([name]) => name });

  test('property: no path of the mask is the parent of another, and each has a value in the message', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const { mask, message } = plan(given as [string, Json][]);
        for (const left of mask) {
          for (const right of mask) expect(left !== right && right.startsWith(`${left}.`)).toBe(false);
          if (left !== 'buildConfig.source') expect(valueAt(message, left)).toBeDefined();
        }
        expect(mask).toHaveLength(given.length + 2);
      }),
    );
  });

  test('property: applying the message through its mask leaves nothing to change', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const first = plan(given as [string, Json][], { configDigest: 'new' });
        const after = structuredClone(live());
        for (const name of first.mask) {
          const wanted = valueAt(first.message, name);
          if (wanted !== undefined) setAt(after, name, wanted);
        }
        const again = plan(given as [string, Json][], { live: after, configDigest: 'new' });
        expect(again.changes).toEqual([]);
        expect(again.action).toBe('unchanged');
      }),
    );
  });

  test('property: the configuration digest depends on the settings, not on their order, the source or our labels', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const text = configText(new Map(given as [string, Json][]));
        expect(configText(new Map([...(given as [string, Json][])].reverse()))).toBe(text);
        expect(configText(new Map([...(given as [string, Json][]), ['buildConfig.source', { a: 1 }]]))).toBe(
          text,
        );
        expect(configText(new Map([...(given as [string, Json][]), ['zz.new', 1]]))).not.toBe(text);
      }),
    );
  });

  test('property: two JSON values have the same canonical text if and only if they are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const a = JSON.parse(JSON.stringify(left)) as Json;
        const b = JSON.parse(JSON.stringify(right)) as Json;
        expect(JSON.parse(canonical(a))).toEqual(a);
        expect(canonical(a) === canonical(b)).toBe(
          JSON.stringify(JSON.parse(canonical(a))) === JSON.stringify(JSON.parse(canonical(b))),
        );
      }),
    );
  });
});
