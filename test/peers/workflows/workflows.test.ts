import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testWith } from '../../support/foreign-tool.ts';
import { actionFiles, layOut, published } from './published.ts';

/** Linters of others on everything that a user may copy: workflows, examples, the snippets of the pages, action files. */

const root = join(import.meta.dirname, '../../..');
let folder = '';
let files: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'published-'));
  // Both look for the root of a repository.
  mkdirSync(join(folder, '.git'));
  files = layOut(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the snippets of the pages are among what is linted', () => {
  const places = published().map(({ place }) => place.replace(/:\d+$/, ''));
  for (const page of ['README.md', 'actions/rollback/README.md', 'actions/guard/README.md'])
    expect(places).toContain(page);
  expect(places.length).toBeGreaterThanOrEqual(23);
  expect(actionFiles().length).toBeGreaterThanOrEqual(7);
});

test('every action of others is pinned by a hash, with the version beside it', () => {
  const uses = published().flatMap(({ place, text }) =>
    [...text.matchAll(/^\s*(?:- )?uses: (\S+)(?: # (\S+))?/gm)].map(([, action = '', version]) => ({
      place,
      action,
      version,
    })),
  );
  const foreign = uses.filter(({ action }) => !/^(backstay-release|\.)\//.test(action));
  expect(foreign.length).toBeGreaterThan(10);
  expect(
    foreign.filter(
      ({ action, version }) => !/@[0-9a-f]{40}$/.test(action) || !/^v\d+\.\d+\.\d+/.test(version ?? ''),
    ),
  ).toEqual([]);
  // One hash for one version, everywhere.
  const pins = new Set(foreign.map(({ action, version }) => `${action} ${version}`));
  expect(pins.size).toBe(new Set([...pins].map((pin) => pin.replace(/@.*/, ''))).size);
});

testWith(
  'actionlint',
  'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  'actionlint has nothing to say',
  (actionlint) => {
    // Shellcheck and pyflakes are not installed everywhere. Without them, the result is the same on every machine.
    const argv = ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', ...files];
    const { stdout, status } = spawnSync(actionlint, argv, { cwd: folder, encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  },
);

testWith('zizmor', 'pip install zizmor==1.32.0', 'zizmor has nothing to say, as an auditor', (zizmor) => {
  const config = join(root, '.github/zizmor.yml');
  const argv = [
    '--offline',
    '--no-progress',
    '--persona',
    'auditor',
    '--config',
    config,
    '--format',
    'plain',
    '.',
  ];
  const { stdout, stderr, status } = spawnSync(zizmor, argv, { cwd: folder, encoding: 'utf8' });
  expect({ findings: stdout.replace(/^.*No findings to report.*$/m, '').trim(), status }).toEqual({
    findings: '',
    status: 0,
  });
  // It read all of them.
  for (const file of [...files, ...actionFiles()]) expect(stderr).toContain(file);
});
