import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ForeignAction, foreignActions } from '../scripts/docs/tables/foreign-actions.ts';

/** Every action of others that a workflow, an action or a page names is in the one table of them, with its runtime and its pin. */

const root = join(import.meta.dirname, '..');
const files = [
  '.github/workflows/*.yml',
  'action.yml',
  'actions/*/action.yml',
  'actions/*/README.md',
  'docs/**/*.md',
  'examples/**/*.{yml,md}',
  'terraform/*.md',
  '*.md',
]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((path) => path.replaceAll('\\', '/'))
  // The page of checks shows what each rule finds, and the examples are no advice.
  .filter((path) => !path.includes('node_modules') && path !== 'docs/reference/checks.md');

const uses = files.flatMap((file) =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /uses: ['"]?([\w.-]+\/[\w./-]+)@([\w.]+)(?: # (v[\w.]+))?/g,
    ),
  ]
    .filter(([, name = '']) => !name.startsWith('backstay-release/'))
    .map(([, name = '', ref = '', version]) => ({ file, name, ref, version })),
);

/** The row of an action, also of one in a folder of its repository. */
function rowOf(name: string, ref: string, version: string | undefined): ForeignAction | undefined {
  const repository = name.split('/').slice(0, 2).join('/');
  const [major] = /^v\d+/.exec(version ?? ref) ?? [];
  return foreignActions[`${repository}@${major}`];
}

describe('the actions of others', () => {
  test('some are used, in workflows, examples and pages', () => {
    expect(uses.length).toBeGreaterThan(40);
    for (const place of ['.github/', 'examples/', 'actions/', 'docs/'])
      expect(uses.some(({ file }) => file.startsWith(place))).toBe(true);
  });

  test.each([...new Map(uses.map((one) => [`${one.name}@${one.ref} in ${one.file}`, one]))])(
    '%s is in the table, and pinned as it says',
    (_, { file, name, ref, version }) => {
      const row = rowOf(name, ref, version);
      expect(row).toBeDefined();
      // What a runner of today starts: Node 20 is not among these.
      expect(['node24', 'composite', 'docker']).toContain(row?.using);
      if (/^[0-9a-f]{40}$/.test(ref)) expect({ sha: ref, version }).toEqual(row?.pin);
      else {
        expect(ref).toMatch(/^v\d+$/);
        // A tag stands only in a workflow that the reader has already.
        expect([file, row?.pin]).toEqual([file, undefined]);
      }
    },
  );

  test('the table has no row that nothing names', () => {
    const named = new Set(uses.map(({ name, ref, version }) => rowOf(name, ref, version)));
    expect(
      Object.entries(foreignActions)
        .filter(([, row]) => !named.has(row))
        .map(([name]) => name),
    ).toEqual([]);
  });
});
