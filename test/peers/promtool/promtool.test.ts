import { describe, expect, test } from '@jest/globals';
import { found } from '../../sli/prometheus/support/server.ts';
import { compare } from './compare.ts';

/** A sample of what `npm run peers -- promtool` compares whole. */
(found ? describe : describe.skip)('generated rules under promtool', () => {
  test('fire in the same minute as the rule of the domain, give or take one evaluation', () => {
    const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
    const { problems, firing, turns } = compare(seeds, 480);
    expect(problems).toEqual([]);
    // The streams burn and recover, so that the comparison says something.
    expect(firing.page).toBeGreaterThan(300);
    expect(turns).toBeGreaterThan(20);
  });
});
