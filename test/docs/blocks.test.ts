import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { parseOpenSlo } from '../../src/domain/slo/openslo.ts';
import { parseSuite } from '../../src/domain/smoke/suite/suite.ts';
import { allBlocks, pages, read } from './pages.ts';

/** Every block of the pages that a reader may copy is what it says. test/peers/workflows lints those that are workflows. */

const shells = allBlocks('sh', 'shell', 'bash');
const yamls = allBlocks('yaml', 'yml');
const named = <T extends { place: string }>(all: readonly T[]) => all.map((one) => [one.place, one] as const);

/** Programs that a block may call. A new one is a decision: can every reader run it? */
const known = new Set(
  'backstay cat cd cp crane curl df do docker done echo export fi for gcloud gh git if jq ls mkdir node npm npx openssl pip printf python3 read sleep terraform test then timedatectl true until while'.split(
    ' ',
  ),
);

/** The first word of each command: after a line break, `|`, `;`, `&&`, `||`, `do`, `then` or `$(`, without assignments. */
function programs(script: string): string[] {
  const joined = script.replace(/\\\n\s*/g, ' ');
  const bare = joined.replace(/'[^']*'/g, "''").replace(/^\s*#.*$/gm, '');
  const opened = bare.replace(/\$\(/g, '\n').replace(/"[^"\n]*"/g, '""');
  return opened
    .split(/\n|\|\|?|;|&&?(?!\w*>)/)
    .map((part) => part.trim().replace(/^(?:(?:do|then|else|!)\s+|[A-Za-z_]\w*=\S*\s*)+/, ''))
    .map((part) => /^[\w./-]+/.exec(part)?.[0] ?? '')
    .filter((word) => /^[a-z]/.test(word));
}

describe('blocks for a shell', () => {
  test('there are many', () => expect(shells.length).toBeGreaterThan(40));

  test.each(named(shells))('%s: bash reads it', (_, { text }) => {
    expect(() =>
      execFileSync('bash', ['-n'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] }),
    ).not.toThrow();
  });

  test.each(named(shells))('%s: calls programs that a reader has', (_, { text }) => {
    expect(programs(text).filter((word) => !known.has(word))).toEqual([]);
  });

  test.each(named(shells.filter(({ text }) => /\bnpm run\b/.test(text))))(
    '%s: names scripts of package.json',
    (_, { text }) => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const used = [...text.matchAll(/\bnpm run (?:-\S+ )*([\w:]+)/g)].map(([, name]) => name as string);
      expect(used.filter((name) => !(name in scripts))).toEqual([]);
    },
  );

  test('the sieve sees a program that is not known', () => {
    expect(programs('A=1 foo --bar | baz "$(qux x)" \\\n  y && z=$(quux)')).toEqual([
      'foo',
      'baz',
      'qux',
      'quux',
    ]);
    expect(programs("gcloud x --format='value(a)'; cat <f")).toEqual(['gcloud', 'cat']);
  });
});

describe('blocks of YAML', () => {
  test('there are many', () => expect(yamls.length).toBeGreaterThan(15));

  test.each(named(yamls))('%s can be read', (_, { text }) => {
    expect(parseAllDocuments(text).flatMap((document) => document.errors)).toEqual([]);
  });

  const suites = yamls.filter(({ text }) => /^version: 1$/m.test(text) && /^(cases|presets):/m.test(text));
  test.each(named(suites))('%s is a smoke suite', (place, { text }) => {
    expect(parseSuite(text, place)).toMatchObject({ suite: { cases: expect.anything() } });
  });

  const objectives = yamls.filter(({ text }) => /^apiVersion: openslo/m.test(text));
  test('each SLO file among them is one', () => {
    for (const { place, text } of objectives) expect(parseOpenSlo(text, place)).toHaveProperty('slo');
  });

  test('suites are among them', () => expect(suites.length).toBeGreaterThan(0));
});

describe('tables', () => {
  const cells = (line: string) => line.replace(/\\\|/g, '').split('|').length;
  const tables = pages.flatMap((page) =>
    [
      ...read(page)
        .replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '')
        .matchAll(/(?:^\|.*\n)+/gm),
    ].map(([text]) => [page, text.trimEnd().split('\n')] as const),
  );

  test('every row has as many cells as the first one, because GitHub drops those that are too many', () => {
    expect(tables.length).toBeGreaterThan(100);
    const wrong = tables.flatMap(([page, [head = '', ...rows]]) =>
      rows.filter((row) => cells(row) !== cells(head)).map((row) => `${page}: ${row}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the index', () => {
  const index = read('docs/README.md');
  const inside = pages.filter((page) => /^docs\/.+\//.test(page));

  test('every page has its folder, one for each purpose', () => {
    const folders = new Set(inside.map((page) => page.split('/')[1]));
    const purposes = ['decide', 'gallery', 'reference', 'release', 'set-up', 'troubleshoot', 'understand'];
    expect([...folders].filter((folder) => folder !== 'ko').sort()).toEqual(purposes);
    expect(pages.filter((page) => /^docs\/[^/]+$/.test(page))).toEqual(['docs/README.md']);
  });

  test.each(inside.filter((page) => !page.startsWith('docs/ko/')))('%s is in it', (page) => {
    expect(index).toContain(`](${page.replace('docs/', '')})`);
  });
});
