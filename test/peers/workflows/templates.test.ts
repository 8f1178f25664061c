import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testWith } from '../../support/foreign-tool.ts';

/** The linters on starter workflows, with the branch that GitHub writes into them. */

const root = join(import.meta.dirname, '../../..');
const templates = globSync('examples/organisation/workflow-templates/*.yml', { cwd: root });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
  for (const part of ['.git', '.github/workflows']) mkdirSync(join(folder, part), { recursive: true });
  for (const file of templates) {
    const text = readFileSync(join(root, file), 'utf8').replaceAll('$default-branch', 'main');
    writeFileSync(join(folder, '.github/workflows', basename(file)), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('there is one', () => expect(templates.length).toBeGreaterThan(0));

testWith(
  'actionlint',
  'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  'actionlint',
  (actionlint) => {
    const { stdout, status } = spawnSync(
      actionlint,
      ['-no-color', '-oneline', '-shellcheck=', '-pyflakes='],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  },
);

testWith('zizmor', 'pip install zizmor==1.32.0', 'zizmor, as an auditor', (zizmor) => {
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
  expect(stderr).toContain(basename(templates[0] ?? ''));
});
