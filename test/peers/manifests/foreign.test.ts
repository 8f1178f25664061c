import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testWith } from '../../support/foreign-tool.ts';
import { actionFiles, layOut } from '../workflows/published.ts';

/** What others say about every action.yml and every workflow: GitHub's language service, and the public JSON schemas. */

const root = join(import.meta.dirname, '../../..');
const modules = join(homedir(), '.cache/backstay-peers/node_modules');
const service = join(modules, '@actions/languageservice');
const known = existsSync(service);
if (!known)
  console.warn(
    'Skipped: GitHub has nothing to say. @actions/languageservice is missing. .ci/run installs it.',
  );

let folder = '';
let workflows: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  workflows = layOut(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ask(files: readonly string[]): Record<string, string[]> {
  const argv = [join(import.meta.dirname, 'service.mjs'), modules, ...files];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Writes a broken copy of a file and returns its path. */
function broken(name: string, file: string, from: string | RegExp, to: string): string {
  const path = join(folder, 'broken', name, file.endsWith('action.yml') ? 'action.yml' : 'workflow.yml');
  const text = readFileSync(join(root, file), 'utf8');
  expect(text).toMatch(from);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replace(from, to));
  return path;
}

(known ? describe : describe.skip)("GitHub's language service", () => {
  test('has nothing to say', () => {
    const files = [...actionFiles(), ...workflows];
    expect(ask(files)).toEqual(Object.fromEntries(files.map((file) => [file, []])));
  });

  test('finds what is broken', () => {
    const action = 'actions/guard/action.yml';
    const workflow = 'examples/workflows/release.yml';
    const cases: [string, string, RegExp, string, RegExp][] = [
      ['secret', action, /Name of the function or of the service\./, `As \${{ secrets.NAME }}.`, /secrets/],
      ['using', action, /node24/, 'node25', /node25/],
      ['main', action, /main: /, 'mian: ', /main/],
      ['key', action, /^inputs:/m, 'permissions: {}\ninputs:', /permissions/],
      ['context', workflow, /vars\.SERVICE_ACCOUNT/, 'inputs.SERVICE_ACCOUNT', /SERVICE_ACCOUNT/],
      ['event', workflow, /push:/, 'pushed:', /pushed/],
      ['runner', workflow, /runs-on/, 'run-on', /run/],
    ];
    const files = cases.map(([name, file, from, to]) => broken(name, file, from, to));
    const said = ask(files);
    for (const [at, file] of files.entries())
      expect(said[file]?.join('\n')).toMatch(cases[at]?.[4] as RegExp);
  });
});

for (const [schema, files] of [
  ['vendor.github-actions', () => actionFiles().map((file) => join(root, file))],
  ['vendor.github-workflows', () => workflows.map((file) => join(folder, file))],
] as const)
  testWith(
    'check-jsonschema',
    'pip install check-jsonschema==0.39.0',
    `the public JSON schema ${schema} accepts every file`,
    (program) => {
      const run = (names: string[]) =>
        spawnSync(program, ['--builtin-schema', schema, ...names], { encoding: 'utf8' });
      const { status, stdout } = run(files());
      expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('ok') });
      const wrong = join(folder, 'wrong.yml');
      writeFileSync(wrong, 'name: x\nruns: { using: node25 }\njobs: { a: { steps: 3 } }\n');
      expect(run([wrong]).status).toBe(1);
    },
  );
