import { describe, expect, test } from '@jest/globals';
import type { ActionName } from '../../src/domain/report/report.ts';
import { own } from '../../src/inputs/of/by-action.ts';
import { loadInputs } from '../../src/inputs/own.ts';
import { groups, inputsOf, wholeTable } from '../../src/inputs/table.ts';
import { modulesFrom } from '../support/module-graph.ts';

/** The inputs of one action, loaded without those of the others. */

const listed = Object.keys(own) as ActionName[];

describe.each(listed)('%s', (action) => {
  test('lists exactly the groups of which it takes an input, in the order of the table', async () => {
    const takes = groups.filter(({ inputs }) =>
      Object.values(inputs).some(({ usedBy }: { usedBy: object }) => action in usedBy),
    );
    expect((await own[action]?.())?.groups).toEqual(takes);
  });

  test('its inputs are those of the table, in the same order', async () => {
    const declared = await loadInputs(action, {});
    expect(Object.entries(declared.of(action))).toEqual(Object.entries(wholeTable.of(action)));
    expect(Object.keys(declared.of(action))).toEqual(inputsOf(action));
  });
});

test('no action without a source of counts loads one', () => {
  const loads = (action: ActionName) =>
    modulesFrom([`src/inputs/of/${action}.ts`], { lazy: false }).some((file) => file.startsWith('src/sli/'));
  expect(listed.filter(loads).sort()).toEqual(['release', 'slo', 'watch']);
});

test('an input of another action loads the table, so that the message names the action that takes it', async () => {
  const takers = async (env: Record<string, string>) => (await loadInputs('guard', env)).takers('canary');
  expect(await takers({ INPUT_NAME: 'ocr', INPUT_CANARY: ' ' })).toEqual([]);
  expect(await takers({ INPUT_NAME: 'ocr', INPUT_CANARY: '5' })).toContain('release');
});
