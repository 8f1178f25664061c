import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forms, tokenAt, tokenMarkers } from '../../../../src/domain/source/secrets/tokens.ts';
import { examples, withChecksum } from './examples.ts';

/** Looks at every marker, as the scan does. */
function found(text: string): Set<string> {
  const kinds = new Set<string>();
  for (const marker of tokenMarkers)
    for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
      const what = tokenAt(text, at, marker);
      if (what) kinds.add(what);
    }
  return kinds;
}

/** Places of a secret in a file. */
const places: readonly [string, (text: string) => string][] = [
  ['alone', (text) => text],
  ['in JSON', (text) => JSON.stringify({ note: 'x', value: text })],
  ['in code', (text) => `const value = ${text.includes("'") ? `\`${text}\`` : `'${text}'`};\n`],
  ['in YAML', (text) => `value: ${text}\nother: 1\n`],
];

describe.each(examples.map((example, index) => [`${example.what} ${index}`, example] as const))(
  '%s',
  (_name, { what, bad, good }) => {
    test.each(places)('%s', (_place, put) => {
      expect([...found(put(bad))]).toContain(what);
      expect([...found(put(good))]).toEqual([]);
    });
  },
);

test('every form has an example', () => {
  const used = new Set<string>();
  for (const { bad } of examples)
    for (const marker of tokenMarkers)
      for (let at = bad.indexOf(marker); at >= 0; at = bad.indexOf(marker, at + 1))
        if (tokenAt(bad, at, marker)) used.add(marker);
  const seldom = forms.filter(({ markers }) => !markers.some((marker) => used.has(marker)));
  expect(seldom.map(({ what, markers }) => `${what}: ${markers.join(' ')}`)).toEqual([]);
  expect(examples.map(({ what }) => what)).toEqual(expect.arrayContaining(forms.map(({ what }) => what)));
});

test('a checksum tells a token from a text that looks like one', () => {
  const token = withChecksum('ghp', 'zAb3De5Fg7Hi9Jk1Lm3No5Pq7Rs9Tu');
  expect([...found(`${token}"`)]).toEqual(['a token of GitHub']);
  expect([...found(token.replace('z', 'y'))]).toEqual([]);
  expect([...found('ghp_EXAMPLEexampleEXAMPLEexampleEXAMPLE0')]).toEqual([]);
});

test('words and numbers after a marker are no secret', () => {
  const words = fc.array(fc.constantFrom('the', 'name', 'of', 'key', 'value', 'config', '1', 'v2', 'Token'), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...tokenMarkers),
      words,
      fc.constantFrom('_', '-', ' ', '.', ': '),
      (marker, parts, between) => {
        expect([...found(`${marker}${parts.join(between)}`)]).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});
