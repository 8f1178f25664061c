import { parseKVString } from '@google-github-actions/actions-utils';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseMap } from '../../../src/domain/data/parse-map.ts';

type Reading = Record<string, string> | undefined;

function attempt(read: () => Reading): Reading {
  try {
    return read();
  } catch {
    return undefined;
  }
}
const ours = (text: string): Reading => attempt(() => Object.fromEntries(parseMap(text)));
const v4s = (text: string): Reading => attempt(() => parseKVString(text) ?? {});

/**
 * v4 does not know quotes: it tears a quoted text apart, or makes the quotes a part of a name. White space between two commas is a
 * variable without a name. Nothing works with either.
 */
const isTorn = (reading: Record<string, string>): boolean =>
  Object.entries(reading).some(
    ([key, value]) =>
      key === '' || /["']/.test(key) || /^(["'])(?!.*\1$)/s.test(value) || /^["']$/.test(value),
  );

/** What v4 reads of a text in which a line begins with `#` is no reading of a comment. */
const hasComment = (text: string): boolean => /(^|[\n\r\u2028\u2029])\s*#/.test(text);

test('the library of deploy-cloud-functions@v4 reads every text in the same way, or we refuse the text', () => {
  const piece = fc.constantFrom(
    ...'AB=,"\'\\\n\r \t#dx{}\u2028',
    'KEY=',
    'A=1',
    '\\,',
    '\\\\',
    '="x"',
    "='a,b'",
    '{}',
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('').trim());
  const counts = { same: 0, refused: 0, comments: 0, quotes: 0 };
  const different: [string, Reading, Reading][] = [];
  for (const each of fc.sample(text, { numRuns: 60_000, seed: 13 })) {
    if (each === '{}') continue;
    const [mine, theirs] = [ours(each), v4s(each)];
    if (mine === undefined) counts.refused++;
    else if (JSON.stringify(Object.entries(mine)) === JSON.stringify(Object.entries(theirs ?? {})))
      counts.same++;
    else if (hasComment(each)) counts.comments++;
    else if (theirs === undefined || isTorn(theirs)) counts.quotes++;
    else different.push([each, mine, theirs]);
  }
  expect(different.slice(0, 5)).toEqual([]);
  // Every kind was really met.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(500);
});

test.each<[string, Record<string, string>]>([
  ['DB_HOST = db', { DB_HOST: 'db' }],
  ['A=1,B=2', { A: '1', B: '2' }],
  ['A=1\nB=x=y', { A: '1', B: 'x=y' }],
  ['A=', { A: '' }],
  ['A=a\\,b', { A: 'a,b' }],
  ['RE=\\\\d+', { RE: '\\d+' }],
  ['Q=\\"x\\"', { Q: '"x"' }],
  ["A=it's", { A: "it's" }],
  ['URL=https://x/?a=b#c', { URL: 'https://x/?a=b#c' }],
  ['JSON={"a":1}', { JSON: '{"a":1}' }],
])('%j is the same for both', (text, reading) => {
  expect(ours(text)).toEqual(reading);
  expect(v4s(text)).toEqual(reading);
});

/** The differences that docs/set-up/from-deploy-cloud-functions.md lists. */
test.each<[string, Reading, Reading]>([
  ['G="hello"', undefined, { G: '"hello"' }],
  ['RE=\\d+', undefined, { RE: 'd+' }],
  ['FOO', undefined, { FOO: '' }],
  ['A=1,A=2', undefined, { A: '2' }],
  ['# note\nA=1', { A: '1' }, { '# note': '', A: '1' }],
  ['L="eng,kor"', { L: 'eng,kor' }, { L: '"eng', 'kor"': '' }],
])('%j is refused, or is listed as a difference', (text, mine, theirs) => {
  expect(ours(text)).toEqual(mine);
  expect(v4s(text)).toEqual(theirs);
});
