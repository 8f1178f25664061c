import { describe, expect, test } from '@jest/globals';
import { decideAlias } from '../../../src/domain/model/alias.ts';

const versions = [undefined, '1', '2', '3'] as const;

describe('an alias follows the traffic', () => {
  test.each([
    ['it names what serves', '2', '2', [], false, 'stands'],
    ['it names what serves, during a release', '2', '2', [], true, 'stands'],
    ['it names the version before', '2', '1', ['1'], false, 'move'],
    ['nothing had it', '2', undefined, [undefined], false, 'move'],
    ['nothing has it, and somebody has removed it', '2', undefined, ['1'], false, 'leave'],
    ['somebody has moved it', '2', '3', ['1'], false, 'leave'],
    ['a release is under way', '2', '1', ['1'], true, 'leave'],
    ['no version has all the traffic', undefined, '1', ['1'], false, 'leave'],
  ] as const)('%s', (_, serving, current, mayLeave, open, wanted) => {
    expect(decideAlias({ serving, current, mayLeave, open }).do).toBe(wanted);
  });

  test('in every case it moves only to what serves, only from what it may leave, and never during a release', () => {
    for (const serving of versions)
      for (const current of versions)
        for (const left of versions)
          for (const open of [false, true]) {
            const decision = decideAlias({ serving, current, mayLeave: [left], open });
            if (decision.do === 'move')
              expect([decision.to, current, open, serving === current]).toEqual([
                serving,
                left,
                false,
                false,
              ]);
            if (decision.do === 'stands') expect(current).toBe(serving);
            // Moving twice changes nothing.
            if (decision.do === 'move')
              expect(decideAlias({ serving, current: decision.to, mayLeave: [left], open }).do).toBe(
                'stands',
              );
          }
  });
});
