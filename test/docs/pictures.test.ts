import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { themes } from '../../scripts/docs/pictures/themes.ts';
import { pages, read, root } from './pages.ts';

/** The pictures of the pages can be read on a phone, on a light page and on a dark one. */

const files = readdirSync(join(root, 'docs/pictures'));
const backgrounds: Record<string, string> = { light: '#ffffff', dark: '#0d1117' };

/** Contrast of two colours, by the formula of WCAG 2. */
function contrast(one: string, other: string): number {
  const light = (colour: string) =>
    [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * ([0.2126, 0.7152, 0.0722][at] as number), 0);
  const [low = 0, high = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe('the colours', () => {
  const colours = Object.entries(themes).flatMap(([theme, all]) =>
    Object.entries(all).map(([name, colour]) => [theme, name, colour] as const),
  );
  test.each(colours)('%s: %s has the contrast that text needs', (theme, _, colour) => {
    expect(contrast(colour, backgrounds[theme] as string)).toBeGreaterThanOrEqual(4.5);
  });
});

describe.each(files)('%s', (file) => {
  const svg = read(`docs/pictures/${file}`);

  test('has letters of at least 12 pixels on a page that is 350 wide', () => {
    const [, width] = /viewBox="0 0 (\d+) \d+"/.exec(svg) ?? [];
    const [, size] = /font-size="(\d+)"/.exec(svg) ?? [];
    expect((Number(size) * 350) / Number(width)).toBeGreaterThanOrEqual(12);
    expect(svg.match(/font-size=/g)?.length).toBe(1);
  });

  test('has a title, no script, and nothing that is loaded from elsewhere', () => {
    expect(svg).toMatch(/<title>[^<]{20,}<\/title>/);
    expect(svg).not.toMatch(/<script|href=|url\(|<image|<style/);
  });

  test('stands on a page with its twin for the other theme, and with words for those who cannot see it', () => {
    const name = file.replace(/-(light|dark)\.svg$/, '');
    const place = new RegExp(
      `<picture>\\s*<source media="\\(prefers-color-scheme: dark\\)" srcset="[^"]*/${name}-dark\\.svg">\\s*<img alt="[^"]{40,}" src="[^"]*/${name}-light\\.svg" width="\\d+">\\s*</picture>`,
    );
    expect(pages.filter((page) => place.test(read(page))).length).toBeGreaterThan(0);
  });
});
