import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  parseBoolean,
  parseDuration,
  parseInteger,
  parseList,
  parsePercentage,
} from '../../../src/domain/data/parse.ts';
import { parseMap } from '../../../src/domain/data/parse-map.ts';

describe('durations', () => {
  test.each([
    ['90s', 90],
    ['10m', 600],
    ['1h30m', 5400],
    ['30d', 2_592_000],
    ['250ms', 0.25],
    ['1.5h', 5400],
    ['45', 45],
    [' 2w ', 1_209_600],
  ])('%s is %d s', (text, seconds) => expect(parseDuration(text)).toBeCloseTo(seconds, 9));

  test.each(['', 'ten', '5 minutes', '-5s', '10mm', 'm', '1e3s'])('"%s" is refused', (text) =>
    expect(() => parseDuration(text)).toThrow('expected a duration such as 90s, 10m or 30d'),
  );
});

describe('percentages', () => {
  test.each([
    ['99.5%', 0.995],
    ['0.995', 0.995],
    ['100%', 1],
    ['0', 0],
    ['5 %', 0.05],
  ])('%s', (text, value) => expect(parsePercentage(text)).toBeCloseTo(value, 12));

  test.each(['99.5', '101%', '-1%', 'most', '1.01'])('"%s" is refused', (text) =>
    expect(() => parsePercentage(text)).toThrow('99.5%'),
  );
});

describe('booleans and integers', () => {
  test("only true and false, in any case, and the short forms of Google's actions", () => {
    for (const text of ['TRUE', 'true', 'T', 't', '1']) expect(parseBoolean(text)).toBe(true);
    for (const text of ['False', 'false', 'F', 'f', '0']) expect(parseBoolean(text)).toBe(false);
    for (const text of ['yes', 'on', 'flase', '01'])
      expect(() => parseBoolean(text)).toThrow('expected true or false');
  });

  test('integers say their range', () => {
    expect(parseInteger('10', 1, 80)).toBe(10);
    expect(() => parseInteger('0', 1)).toThrow('at least 1');
    expect(() => parseInteger('81', 1, 80)).toThrow('from 1 to 80');
    expect(() => parseInteger('1.5')).toThrow('whole number');
  });
});

describe('lists and maps', () => {
  test.each([
    ['a,b', ['a', 'b']],
    ['a\nb\n', ['a', 'b']],
    ['"a,b",c', ['a,b', 'c']],
    ["'a\nb',c", ['a\nb', 'c']],
    ['a\\,b', ['a,b']],
    ['# a comment, with a comma\na', ['a']],
    ['a # not a comment', ['a # not a comment']],
    ['""', ['']],
    [',,\n,', []],
    ['"say \\"x\\""', ['say "x"']],
  ])('%j is %j', (text, list) => expect(parseList(text)).toEqual(list));

  test.each([
    ['A=1,B=2', { A: '1', B: '2' }],
    ['A="1,2"\nB=x=y', { A: '1,2', B: 'x=y' }],
    ['# secrets\nA=projects/p/secrets/s:latest # kept', { A: 'projects/p/secrets/s:latest # kept' }],
    ['A=', { A: '' }],
    ['A= "b,c" ', { A: 'b,c' }],
    ['A=" b\nc "\r\nD=e', { A: ' b\nc ', D: 'e' }],
    ['DB_HOST = db', { DB_HOST: 'db' }],
    ['RE=\\\\d+,S=a\\,b,Q=\\"x\\"', { RE: '\\d+', S: 'a,b', Q: '"x"' }],
    ['A=1\rB=2\u2028C=3', { A: '1', B: '2', C: '3' }],
    ['"A=1,2",B=3', { A: '1,2', B: '3' }],
    ["A=it's", { A: "it's" }],
    ['__proto__=x', JSON.parse('{"__proto__":"x"}')],
  ])('%j', (text, map) => expect(Object.fromEntries(parseMap(text))).toEqual(map));

  test('an error names the place of the mistake and never quotes the text', () => {
    expect(() => parseMap('B=1,A')).toThrow('expected KEY=VALUE for each entry, and entry 2 has no =');
    expect(() => parseMap('B=1, =2')).toThrow('expected KEY=VALUE for each entry, and entry 2 has no key');
    expect(() => parseMap('RE=\\d+')).toThrow('expected \\\\ for a backslash in entry 1');
    expect(() => parseMap('A=1,G="hello"')).toThrow('expected no quotes around the value of entry');
    expect(() => parseMap('A="a\\,b"')).toThrow('expected no quotes around the value of entry');
    expect(() => parseMap('A="a,b"c')).toThrow('expected nothing after the closing quote of entry 1');
    expect(() => parseMap('A=1,B=1,A=2')).toThrow('entries 1 and 3 have the same one');
    expect(() => parseMap('A="1')).toThrow('expected every quote to be closed');
  });

  test('any list survives quoting', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (items) => {
        const quoted = items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',');
        expect(parseList(quoted)).toEqual(items);
      }),
    );
  });

  test('hostile text never hangs and never throws anything but a sentence', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000, unit: fc.constantFrom(...'ab=,"\'\\\n# ') }), (text) => {
        for (const parse of [parseList, parseMap])
          try {
            parse(text);
          } catch (error) {
            expect((error as Error).message).toMatch(
              /^expected (KEY=VALUE|each key once|every quote to be closed|\\\\ for a backslash|no quotes|nothing after)/,
            );
          }
      }),
    );
  });
});
