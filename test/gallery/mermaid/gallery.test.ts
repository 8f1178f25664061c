import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..', '..');
const gallery = join(root, 'docs/gallery');
const installed = existsSync(join(import.meta.dirname, 'node_modules/jsdom'));
const when = installed ? test : test.skip;
if (!installed)
  console.warn(
    'Skipped: the gallery is not parsed, mermaid is missing. `npm ci --prefix test/gallery/mermaid` installs it.',
  );

interface Parsed {
  file: string;
  version: string;
  chart: number;
  error: string | null;
}

const parse = (files: string[]): Parsed[] =>
  JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'parse.mjs'), ...files], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    }),
  );

describe('charts', () => {
  const summaries = existsSync(gallery)
    ? readdirSync(gallery)
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(gallery, name))
    : [];

  when(
    'every chart of the gallery parses in mermaid 10.9, 11.4 and 11.17',
    () => {
      const parsed = parse(summaries);
      expect(parsed.filter((result) => result.error !== null)).toEqual([]);
      expect(new Set(parsed.map((result) => result.version)).size).toBe(3);
    },
    300_000,
  );

  when(
    'a broken chart is noticed',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'bs-mermaid-'));
      writeFileSync(join(folder, 'a.md'), '```mermaid\nxychart-beta\n  line [NaN, 1e-7]\n```\n');
      expect(parse([join(folder, 'a.md')]).every((result) => result.error !== null)).toBe(true);
      rmSync(folder, { recursive: true });
    },
    300_000,
  );
});
