import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { count, nothingYet, ours, sentence } from './compare.ts';
import { scenes } from './scenes.ts';
import { written } from './written.ts';

/**
 * What cel-go 0.31.0, Google's own library, says about these expressions. `npm run peers -- cel --write` writes the table
 * again, and compares many more.
 */
const facts = readFileSync(join(import.meta.dirname, 'facts.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as [scene: number, expression: string, google: string]);

test("no result differs from that of Google's library, and few are unknown", () => {
  const total = nothingYet();
  for (const [at, expression, google] of facts) {
    const scene = scenes[at];
    if (!scene) throw new Error(`There is no scene ${at}.`);
    count(total, expression, at, google, ours(expression, scene));
  }
  expect(total.wrong).toEqual([]);
  expect(total.cases).toBeGreaterThanOrEqual(1470);
  // Measured: see the counts of the run that wrote the table.
  expect({ share: total.unknown / total.cases < 0.1, sentence: sentence(total) }).toMatchObject({
    share: true,
  });
});

test('the table holds every expression that was written by hand, in every scene', () => {
  const known = new Set(facts.map(([at, expression]) => `${at} ${expression}`));
  const missing = scenes
    .flatMap((_, at) => written.map((e) => `${at} ${e}`))
    .filter((key) => !known.has(key));
  expect(missing).toEqual([]);
});
