import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutMarkdown } from '../../../src/domain/text/cut-markdown.ts';

const note = '_The rest is elsewhere._';

/** What is open at the end of a text, by the rules of GitHub's Markdown. */
function openAtEnd(text: string): { code: boolean; folded: number } {
  let code: string | undefined;
  let folded = 0;
  for (const line of text.split('\n')) {
    const marks = /^[> ]*(`{3,})(.*)$/.exec(line);
    if (code !== undefined) {
      if (marks && (marks[1] ?? '').length >= code.length && marks[2]?.trim() === '') code = undefined;
    } else if (marks) code = marks[1];
    else folded += (line.match(/<details/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
  }
  return { code: code !== undefined, folded };
}

test('a text that fits stays as it is', () => {
  expect(cutMarkdown('one\ntwo', 7, note)).toBe('one\ntwo');
});

describe('a cut closes what is open', () => {
  const long = (line: string) => Array.from({ length: 50 }, () => line);
  test.each<[string, string[], string]>([
    [
      'a fold',
      ['<details><summary>x</summary>', '', ...long('- a'), '</details>'],
      `- a\n\n</details>\n\n${note}`,
    ],
    ['a block of code', ['```diff', ...long('+ a'), '```'], `+ a\n\`\`\`\n\n${note}`],
    ['a quoted block', ['> ```sh', ...long('> run'), '> ```'], `> run\n> \`\`\`\n\n${note}`],
    [
      'a longer fence, in a fold',
      ['<details open>', '', '````', ...long('```'), '````', '</details>'],
      `\`\`\`\n\`\`\`\`\n\n</details>\n\n${note}`,
    ],
    ['two folds', ['<details>', '<details>', ...long('abc')], `abc\n\n</details>\n\n</details>\n\n${note}`],
  ])('%s', (_, lines, end) => {
    const cut = cutMarkdown(lines.join('\n'), 120, note);
    expect(cut.length).toBeLessThanOrEqual(120);
    expect(cut.endsWith(end)).toBe(true);
  });
});

test('a tag inside a block of code opens nothing', () => {
  const text = ['```', '<details>', '```', ...Array.from({ length: 40 }, () => 'text')].join('\n');
  expect(cutMarkdown(text, 100, note)).not.toContain('</details>');
});

test('without room for the note nothing is left', () => {
  expect(cutMarkdown('a'.repeat(100), 10, note)).toBe('');
});

test('a limit in bytes holds for Hangul', () => {
  const cut = cutMarkdown('한글\n'.repeat(100), 120, note, Buffer.byteLength);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(120);
  expect(cut.startsWith('한글\n한글')).toBe(true);
});

test('property: no cut is longer than the limit, and none leaves anything open', () => {
  const line = fc.constantFrom(
    ...[
      'text',
      '',
      '<details><summary>s</summary>',
      '</details>',
      '```',
      '```sh',
      '````',
      '> ```',
      '- item',
      '| a | b |',
    ],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 0, max: 400 }), (lines, most) => {
      const text = lines.join('\n');
      const cut = cutMarkdown(text, most, note);
      expect(cut.length).toBeLessThanOrEqual(most);
      if (cut !== text && cut !== '') {
        const { code, folded } = openAtEnd(cut);
        expect([code, folded <= 0]).toEqual([false, true]);
      }
    }),
    { numRuns: 2000 },
  );
});
