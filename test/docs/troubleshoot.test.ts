import { globSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { errorPage } from '../../src/domain/product.ts';
import { read, root } from './pages.ts';

/** The page of troubleshooting quotes only what these actions print. A message that is changed in the code fails here. */

const page = read('docs/troubleshoot/README.md');
const flat = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/\\(?=[`'"<>])/g, '')
    .replace(/\s+/g, ' ');

/** What the code can print, what it did print in the gallery, and the pages of the catalogues. */
const printed = [
  ...globSync('src/**/*.ts', { cwd: root }),
  ...globSync('docs/gallery/*.{log,md}', { cwd: root }),
  'docs/reference/errors.md',
  'docs/reference/findings.md',
].map((path) => flat(read(path)));

/** The first cell of each row, if it quotes a message. GitHub's own messages are not quoted as code. */
const quotes = [...page.matchAll(/^\| `([^`]+)`(?:, [^|]+)? \|/gm)].map(([, quote]) => quote as string);
const parts = (quote: string) =>
  quote
    .split('…')
    .map((part) => flat(part).trim())
    .filter((part) => /\p{L}{3}/u.test(part));

describe('the page of troubleshooting', () => {
  test('quotes a message in every row', () => {
    const rows = page.split("## GitHub's own messages")[0]?.match(/^\| (?!you see|:-)/gm) ?? [];
    expect(rows.length).toBeGreaterThan(35);
    expect(quotes.length).toBe(rows.length);
  });

  test.each(quotes)('%s is printed', (quote) => {
    expect(parts(quote).length).toBeGreaterThan(0);
    expect(parts(quote).filter((part) => !printed.some((text) => text.includes(part)))).toEqual([]);
  });

  test('leads to the page that messages link to', () => {
    expect(errorPage('x')).toContain('/docs/reference/errors.md#x');
    expect(page).toContain('](../reference/errors.md)');
  });
});
