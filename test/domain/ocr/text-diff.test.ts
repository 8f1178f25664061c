import { describe, expect, test } from '@jest/globals';
import { diffText, textDiff } from '../../../src/domain/ocr/text-diff.ts';
import { defaultPolicy } from '../../../src/domain/ocr/units.ts';

const diff = (expected: string, recognised: string) =>
  diffText(textDiff(expected, recognised, defaultPolicy)).split('\n');

describe('text diff', () => {
  test('shows one digit that differs', () => {
    expect(diff('INVOICE 2026-001\nTOTAL 128.40', 'INVOICE 2026-001\nTOTAL 123.40')).toEqual([
      '  INVOICE 2026-001',
      '- TOTAL 128.40',
      '+ TOTAL 123.40',
      '! TOTAL 12[-8-]{+3+}.40',
    ]);
  });

  test('Korean spacing is no difference, but a wrong syllable is', () => {
    expect(diff('서울 강남구\n합계 128,400원', '서 울 강남구 한계 128,400 원')).toEqual([
      '  서울 강남구',
      '- 합계 128,400원',
      '+ 한계 128,400원',
      '! [-합-]{+한+}계 128,400원',
    ]);
  });

  test('line breaks alone are no difference, and the lines are those of the expected text', () => {
    expect(diff('a b\nc', 'a\nb c')).toEqual(['  a b', '  c']);
  });

  test('long runs of equal lines are counted', () => {
    const many = Array.from({ length: 10 }, (_, i) => `line number ${i}`).join('\n');
    expect(diff(`${many}\nTOTAL 1`, `${many}\nTOTAL 7`)).toEqual([
      '  line number 0',
      '  … 8 equal lines',
      '  line number 9',
      '- TOTAL 1',
      '+ TOTAL 7',
      '! TOTAL [-1-]{+7+}',
    ]);
  });

  test('nothing recognised, or nothing expected', () => {
    expect(diff('abc', '')).toEqual(['- abc']);
    expect(diff('', 'abc')).toEqual(['+ abc']);
  });

  test('the number of changed lines is limited', () => {
    const lines = (tail: string) => Array.from({ length: 60 }, (_, i) => `${i} apples ${tail}`).join('\n');
    expect(diff(lines('x'), lines('y')).at(-1)).toBe('  … 40 more changed lines');
  });
});

test('brackets are left out if they would only hide the text', () => {
  const [expected, recognised] = ['a1b2c3d4e5f6', 'x1y2z3w4v5u6'];
  expect(diff(expected, recognised)).toEqual([`- ${expected}`, `+ ${recognised}`]);
  expect(diff('TOTAL 128.40', 'TOTAL 123.40')[2]).toBe('! TOTAL 12[-8-]{+3+}.40');
});

test('a text longer than the limit is folded before it is cut', () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `line ${i} of a receipt`).join('\n');
  expect(diff(lines, lines.replaceAll('\n', '\r\n')).filter((line) => !line.startsWith('  '))).toEqual([]);
});
