import { describe, expect, test } from '@jest/globals';
import { distance, intern, lastRow } from '../../../src/domain/data/edit-distance.ts';
import { align, countRuns } from '../../../src/domain/ocr/alignment.ts';
import { bagOfWords, maxScored, rate, score } from '../../../src/domain/ocr/score.ts';
import { charactersOf, comparable, defaultPolicy, settlePolicy } from '../../../src/domain/ocr/units.ts';

/** Edit distance by plain recursion with a memory, so that it shares nothing with the bit-parallel loop. */
function reference(a: readonly string[], b: readonly string[]): number {
  const known = new Map<number, number>();
  const from = (i: number, j: number): number => {
    if (i === a.length) return b.length - j;
    if (j === b.length) return a.length - i;
    const key = i * (b.length + 1) + j;
    let best = known.get(key);
    if (best === undefined) {
      best =
        a[i] === b[j] ? from(i + 1, j + 1) : 1 + Math.min(from(i + 1, j + 1), from(i + 1, j), from(i, j + 1));
      known.set(key, best);
    }
    return best;
  };
  return from(0, 0);
}

/** xorshift32, so that every run of the test uses the same texts. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const alphabets = {
  Latin: (next: (n: number) => number) => String.fromCharCode(97 + next(5)),
  'Hangul NFC': (next: (n: number) => number) => String.fromCodePoint(0xac00 + next(9) * 29),
  'Hangul NFD': (next: (n: number) => number) => String.fromCodePoint(0xac00 + next(9) * 29).normalize('NFD'),
  emoji: (next: (n: number) => number) => ['😀', '👩‍👩‍👧', '🇰🇷', '👍🏽', 'é', 'e\u0301'][next(6)] as string,
  CJK: (next: (n: number) => number) => String.fromCodePoint(0x4e00 + next(7)),
};

/** Either two unrelated texts, or a text and a copy with a few edits. */
function pair(
  next: (n: number) => number,
  unit: (next: (n: number) => number) => string,
): [string[], string[]] {
  const make = (length: number) => Array.from({ length }, () => unit(next));
  const a = make(next(next(4) === 0 ? 90 : 24));
  if (next(2) === 0) return [a, make(next(24))];
  const b = [...a];
  for (let edits = next(6); edits > 0; edits--) b.splice(next(b.length + 1), next(2), ...make(next(2)));
  return [a, b];
}

describe('against an independent implementation', () => {
  test.each(Object.entries(alphabets))('%s: 1,100 pairs, by code points and graphemes', (_, unit) => {
    const next = generator(20260117);
    for (let i = 0; i < 1100; i++) {
      const [left, right] = pair(next, unit);
      for (const by of ['code-point', 'grapheme'] as const) {
        const a = charactersOf(left.join('').normalize('NFC'), by);
        const b = charactersOf(right.join('').normalize('NFC'), by);
        const wanted = reference(a, b);
        const interned = intern(a, b);
        const counts = countRuns(align(interned));
        expect(distance(interned)).toBe(wanted);
        expect(counts.substitutions + counts.deletions + counts.insertions).toBe(wanted);
        expect(counts.correct + counts.substitutions + counts.deletions).toBe(a.length);
        expect(counts.correct + counts.substitutions + counts.insertions).toBe(b.length);
        const scored = score(left.join(''), right.join(''), {
          ...defaultPolicy,
          whitespace: 'keep',
          unit: by,
        });
        expect(scored.distance).toBe(wanted);
        expect(scored.cer).toBe(a.length > 0 ? wanted / a.length : wanted > 0 ? 1 : 0);
      }
    }
  });

  test('lastRow gives the distance to every prefix of the second text', () => {
    const next = generator(7);
    for (let i = 0; i < 200; i++) {
      const [a, b] = pair(next, alphabets.Latin);
      const interned = intern(a, b);
      const row = lastRow(interned.a, interned.b, interned.symbols);
      expect([...row]).toEqual(Array.from({ length: b.length + 1 }, (_, j) => reference(a, b.slice(0, j))));
    }
  });

  test('the runs of an alignment cover both texts without a gap', () => {
    const next = generator(99);
    for (let i = 0; i < 500; i++) {
      const [a, b] = pair(next, alphabets['Hangul NFC']);
      let x = 0;
      let y = 0;
      for (const run of align(intern(a, b))) {
        expect([run.a, run.b]).toEqual([x, y]);
        if (run.kind === 'equal') expect(a.slice(x, x + run.aLength)).toEqual(b.slice(y, y + run.bLength));
        x += run.aLength;
        y += run.bLength;
      }
      expect([x, y]).toEqual([a.length, b.length]);
    }
  });
});

describe('examples worked out by hand', () => {
  const keep = { ...defaultPolicy, whitespace: 'keep' as const };
  // expected, recognised, edits, characters
  const table: [string, string, string, number, number][] = [
    ['kitten', 'kitten', 'sitting', 3, 6],
    ['one digit of a total', '128.40', '123.40', 1, 6],
    ['two digits swapped', '128.40', '182.40', 2, 6],
    ['nothing recognised', 'abc', '', 3, 3],
    ['an emoji is one character', '😀', 'x', 1, 1],
    ['a syllable in NFD equals the one in NFC', '한글', '한글'.normalize('NFD'), 0, 2],
    [
      'a whole Korean line in NFD',
      '서울 강남구 테헤란로 일이삼',
      '서울 강남구 테헤란로 일이삼'.normalize('NFD'),
      0,
      15,
    ],
    ['combining accent', 'café', 'cafe\u0301', 0, 4],
    ['byte order mark, ZWSP, soft hyphen', 'invoice', '\ufeffin\u200bvo\u00adice', 0, 7],
    ['carriage returns', 'a\nb', 'a\r\nb', 0, 3],
    ['the line end U+0085', 'a\nb', 'a\u0085b', 0, 3],
    ['case counts', 'Total', 'total', 1, 5],
    ['typographic quotes count', '"a"', '“a”', 2, 3],
    ['everything added', 'a', 'aaaa', 3, 1],
  ];
  test.each(table)('%s', (_, expected, recognised, edits, length) => {
    const scored = score(expected, recognised, keep);
    expect([scored.distance, scored.length, scored.cer]).toEqual([edits, length, edits / length]);
  });

  test('rates of an empty expected text are numbers', () => {
    expect(rate(0, 0)).toBe(0);
    expect(rate(3, 0)).toBe(1);
    const blank = score('', '', defaultPolicy);
    expect([
      blank.cer,
      blank.wer,
      blank.normalisedCer,
      blank.bagOfWords,
      blank.jamoCer,
      blank.spacedCer,
    ]).toEqual([0, 0, 0, 0, 0, 0]);
    const stray = score('', 'x y', defaultPolicy);
    expect([stray.cer, stray.wer, stray.insertions]).toEqual([1, 1, 3]);
    expect(JSON.stringify([blank, stray])).not.toMatch(/null|NaN|Infinity/);
  });

  test('the normalised CER never exceeds 1, even if the CER does', () => {
    const scored = score('ab', 'xyzxyz', keep);
    expect(scored.cer).toBe(3);
    expect(scored.normalisedCer).toBe(1);
    expect(score('abc', 'abcdef', keep).normalisedCer).toBe(0.5);
  });

  test('WER is divided by the words of the expected text', () => {
    expect(score('the cat sat', 'the the cat sat', defaultPolicy).wer).toBeCloseTo(1 / 3);
    expect(score('the cat sat', 'the  cat\nsat', defaultPolicy).wer).toBe(0);
    expect(score('a b c d', 'd c b a', defaultPolicy).wer).toBe(1);
    expect(bagOfWords(['a', 'b', 'c', 'd'], ['d', 'c', 'b', 'a'])).toBe(0);
    expect(bagOfWords(['a', 'a', 'b'], ['a', 'c'])).toBe(3 / 5);
  });

  test('substitutions, deletions and insertions are counted separately', () => {
    const { substitutions, deletions, insertions, correct } = score('abcdef', 'abXdefg', keep);
    expect({ substitutions, deletions, insertions, correct }).toEqual({
      substitutions: 1,
      deletions: 0,
      insertions: 1,
      correct: 5,
    });
  });

  test('confusions are sorted by frequency', () => {
    expect(score('O0O0 l1', '0000 11', keep).confusions).toEqual([
      { expected: 'O', recognised: '0', count: 2 },
      { expected: 'l', recognised: '1', count: 1 },
    ]);
    expect(score('ab', 'b', keep).confusions).toEqual([{ expected: 'a', recognised: '', count: 1 }]);
  });
});

describe('Korean', () => {
  test('spacing does not count in the CER and has a rate of its own', () => {
    const scored = score('합계 128,400원', '합 계 128,400 원', defaultPolicy);
    expect([scored.cer, scored.whitespace]).toEqual([0, 'ignore']);
    expect(scored.spacedCer).toBeCloseTo(2 / 11);
    expect(scored.wer).toBe(2);
  });

  test('one wrong syllable of 15 gives 1/15, and less when counted by letters', () => {
    const expected = '가나다라마바사아자차카타파하각';
    const scored = score(expected, expected.replace('각', '간'), defaultPolicy);
    expect(scored.cer).toBeCloseTo(1 / 15);
    expect(scored.jamoCer).toBeCloseTo(1 / 31);
    expect(scored.jamoCer).toBeLessThan(scored.cer);
  });

  test('the policy depends on the expected text only', () => {
    expect(settlePolicy(defaultPolicy, 'TOTAL 128').whitespace).toBe('collapse');
    expect(settlePolicy(defaultPolicy, '합계').whitespace).toBe('ignore');
    expect(settlePolicy(defaultPolicy, '合計 テスト').whitespace).toBe('ignore');
    expect(settlePolicy({ ...defaultPolicy, whitespace: 'keep' }, '합계').whitespace).toBe('keep');
    expect(score('TOTAL 128', 'TOTAL1 28 합', defaultPolicy).whitespace).toBe('collapse');
  });

  test('old Hangul without a composed form is one grapheme', () => {
    const old = '\u1112\u119e\u11ab';
    expect(charactersOf(old.normalize('NFC'), 'grapheme')).toHaveLength(1);
    expect(charactersOf(old.normalize('NFC'), 'code-point')).toHaveLength(3);
  });
});

describe('what counts as the same', () => {
  const compat = { ...defaultPolicy, compat: true };
  const equal = (a: string, b: string, policy: typeof defaultPolicy) =>
    comparable(a, policy) === comparable(b, policy);
  test.each([
    ['Ａ１', 'A1'],
    ['㈜한빛', '(주)한빛'],
    ['℃', '°C'],
    ['ﬁne', 'fine'],
    ['a\u3000b', 'a b'],
    ['a\u00a0b', 'a b'],
    // NFKC alone would turn the Korean middle dot U+318D into an old vowel.
    ['사과ㆍ배', '사과·배'],
    ['사과・배', '사과·배'],
  ])('with compat %s equals %s', (a, b) => {
    expect(equal(a, b, compat)).toBe(true);
    expect(comparable(a, compat)).not.toMatch(/\u119e/);
  });

  test('without compat they differ, except for white space', () => {
    for (const [a, b] of [
      ['Ａ１', 'A1'],
      ['℃', '°C'],
      ['①', '1'],
      ['사과ㆍ배', '사과·배'],
    ] as const)
      expect(equal(a, b, defaultPolicy)).toBe(false);
  });

  test('equivalents makes quotes, dashes and middle dots of every kind equal', () => {
    const policy = { ...defaultPolicy, equivalents: true };
    for (const [a, b] of [
      ['“a”', '"a"'],
      ['it’s', "it's"],
      ['2026–001', '2026-001'],
      ['−5', '-5'],
      ['가・나', '가·나'],
      ['가ㆍ나', '가·나'],
    ] as const)
      expect(equal(a, b, policy)).toBe(true);
    expect(equal('a-b', 'a b', policy)).toBe(false);
  });

  test('ignore_case makes upper and lower case equal', () => {
    expect(equal('TOTAL', 'total', { ...defaultPolicy, ignoreCase: true })).toBe(true);
  });
});

test('huge texts are cut, not refused, so that they cost bounded time', () => {
  const long = 'abcdefghij'.repeat(30_000);
  const scored = score(long, long, defaultPolicy);
  expect([scored.length, scored.distance]).toEqual([maxScored, 0]);
});

describe('texts longer than the limit are folded before they are cut', () => {
  const lines = Array.from({ length: 4000 }, (_, i) => `line ${i} of a very long receipt`).join('\n');
  const korean = '합계금액과 날짜\n'.repeat(15_000);
  test.each([
    ['CRLF against LF', lines, lines.replaceAll('\n', '\r\n')],
    ['NFD against NFC', korean, korean.normalize('NFD')],
    ['spaces that do not count', korean, [...korean].join(' ')],
    ['runs of spaces', lines, lines.replaceAll(' ', '   ')],
    ['U+0085 against LF', lines, lines.replaceAll('\n', '\u0085')],
  ])('%s', (_, expected, recognised) => {
    expect(expected.length).toBeGreaterThan(maxScored);
    const scored = score(expected, recognised, defaultPolicy);
    expect([scored.length, scored.cer, scored.jamoCer]).toEqual([maxScored, 0, 0]);
  });

  test('the cut never splits a character', () => {
    const emoji = `a${'😀'.repeat(maxScored)}`;
    expect(score(emoji, emoji, defaultPolicy)).toMatchObject({ length: maxScored, cer: 0 });
  });
});

test('U+0085 is white space', () => {
  expect(comparable('a\u0085\u0085b', defaultPolicy)).toBe('a b');
  expect(comparable('합\u0085계', { ...defaultPolicy, whitespace: 'ignore' })).toBe('합계');
  expect(comparable('a\r\u0085b', { ...defaultPolicy, whitespace: 'keep' })).toBe('a\nb');
});
