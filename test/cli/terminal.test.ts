import { describe, expect, test } from '@jest/globals';
import { doctorText } from '../../src/cli/doctor/text.ts';
import { styleOf } from '../../src/cli/terminal/style.ts';
import { wantsColour } from '../../src/cli/terminal/terminal.ts';
import { columns, columnsOf } from '../../src/cli/terminal/wrap.ts';

/** What a terminal gets: colours where they are wanted, and lines that fit. */

describe('colours', () => {
  test.each([
    ['a terminal', {}, true, undefined, true],
    ['a pipe', {}, false, undefined, false],
    ['a terminal with NO_COLOR', { NO_COLOR: '1' }, true, undefined, false],
    ['a terminal with an empty NO_COLOR', { NO_COLOR: '' }, true, undefined, true],
    ['a terminal without any', { TERM: 'dumb' }, true, undefined, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, false, undefined, true],
    ['a terminal with --no-color', { FORCE_COLOR: '1' }, true, false, false],
    ['a pipe with --color', { NO_COLOR: '1' }, false, true, true],
  ] as const)('%s', (_, env, isTerminal, flag, expected) => {
    expect(wantsColour(env, isTerminal, flag)).toBe(expected);
  });
});

describe('two columns', () => {
  const rows = [
    ['Login', 'The login works, and the provider keeps every other repository out.'],
    ['Suite and objectives', 'A suite with one case.'],
  ] as const;

  test.each([40, 60, 80, 120])('no line is longer than %i', (width) => {
    for (const line of columns(rows, width).split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
  });

  test('in a narrow terminal the text stands below its name', () => {
    expect(columns(rows, 40).split('\n').slice(0, 3)).toEqual([
      '  Login',
      '    The login works, and the provider',
      '    keeps every other repository out.',
    ]);
    expect(columns(rows, 80)).toMatch(/^ {2}Login +The login works/);
  });
});

test('a text without a character gets no codes', () => {
  const { green, dim } = styleOf(true);
  expect([green(''), dim('')]).toEqual(['', '']);
});

test('the marks of the doctor have colours that do not shift the columns', () => {
  const checks = [
    { part: 'logs', state: 'ok', text: 'They can be read.' },
    { part: 'rollback', state: 'bad', text: 'The image is gone.' },
  ] as const;
  const none = { matrix: [], further: [], used: [] };
  const face = (colours: boolean) => ({ style: styleOf(colours), width: 80, verbose: false, flags: [] });
  const plain = doctorText({ checks, ...none }, face(false));
  const coloured = doctorText({ checks, ...none }, face(true));
  expect(coloured).toContain('\u001b[32m✓\u001b[39m Request logs');
  expect(coloured).toContain('\u001b[31m✗\u001b[39m Rollback rehearsal');
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
});
