import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cases } from './cases.ts';
import { type Judgement, judge, mustBeRead } from './compare.ts';

/** What OpenSLO's own SDK accepts. `npm run peers -- openslo --write` writes the table again. */
const facts = JSON.parse(readFileSync(join(import.meta.dirname, 'facts.json'), 'utf8')) as {
  files: number;
  valid: string[];
};
const valid = new Set(facts.valid);
const all = cases();

test('what the SDK refuses is refused, and nearly all that it accepts is read', () => {
  expect(all.length).toBe(facts.files);
  const found: Record<Judgement, string[]> = {
    ...{ 'both accept': [], 'both refuse': [], refused: [], 'wrongly accepted': [] },
  };
  // Every seventh, since each takes milliseconds. `npm run peers` takes all.
  const sample = all.filter((_, at) => at % 7 === 0);
  for (const { name, text } of sample) found[judge(text, valid.has(name)).judgement].push(name);
  expect(found['wrongly accepted']).toEqual([]);
  // What a release does not support: other sources, calendars, composites, targets below 50 %, and nonsense in queries.
  expect(found.refused.length).toBeLessThanOrEqual(sample.length * 0.08);
  expect(found['both accept'].length).toBeGreaterThanOrEqual(sample.length * 0.11);
});

test.each(mustBeRead)('%s is read', (name) => {
  const text = all.find((one) => one.name === name)?.text ?? '';
  expect(valid.has(name)).toBe(true);
  expect(judge(text, true)).toEqual({ judgement: 'both accept', messages: [] });
});
