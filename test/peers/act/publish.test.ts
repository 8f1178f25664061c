import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Staged } from '../../../scripts/release/stage.ts';
import { describeWith } from '../../support/foreign-tool.ts';
import { ReleaseRepository } from '../../support/release-repository.ts';
import { type ActCommand, install, runAct } from './act.ts';
import type { ActRun } from './lines.ts';
import { neighbours } from './published-tree.ts';

/**
 * `.github/workflows/publish.yml` as it is, with the real scripts, in a small project with a remote on this machine: a dry run, a whole
 * release, and runs that must publish nothing. Only GitHub's command line and its signing are stand-ins.
 */

jest.setTimeout(300_000);
const root = join(import.meta.dirname, '../../..');
const workflow = readFileSync(join(root, '.github/workflows/publish.yml'), 'utf8');

/** The project's proof that the bundle is what the sources build, for a project of one file. */
const check = `import { readFileSync } from 'node:fs';
const read = (name) => readFileSync(new URL('../' + name, import.meta.url), 'utf8');
if (read('src/index.js') !== read('dist/index.js')) { console.error('dist/ is not what the sources build'); process.exit(1); }
`;

describeWith('act', install, 'the workflow that publishes', (act) => {
  let world: ReleaseRepository;
  beforeEach(() => {
    world = new ReleaseRepository();
    for (const part of [
      'scripts/release',
      'scripts/release.ts',
      'scripts/node24.mjs',
      'scripts/find-node24.mjs',
    ])
      cpSync(join(root, part), join(world.root, part), { recursive: true });
    const version = '1.2.0';
    world.commit({
      '.github/workflows/publish.yml': workflow,
      'scripts/check.mjs': check,
      '.ci/run': 'echo all tests passed\n',
      'src/index.js': '// bundle\n',
      'dist/README.md': '| `index.js` | 1 | src/index |  |\n',
      'package.json': JSON.stringify({
        ...{ name: 'backstay-release', version, repository: 'github:backstay-release/backstay' },
        scripts: { release: 'node scripts/node24.mjs scripts/release.ts' },
      }),
      'package-lock.json': JSON.stringify({
        name: 'backstay-release',
        version,
        lockfileVersion: 3,
        packages: { '': { name: 'backstay-release', version } },
      }),
    });
    chmodSync(join(world.root, '.ci/run'), 0o755);
    world.git('commit', '-qam', 'Make it a program');
    world.git('push', '-q', 'origin', 'main');
    world.git('remote', 'set-url', 'origin', world.remote);
  });
  afterEach(() => rmSync(world.folder, { recursive: true, force: true }));

  function run(dryRun: boolean, token = 'token-that-may-push'): Promise<ActRun> {
    for (const part of ['kept', 'home', 'cache', 'bin'])
      mkdirSync(join(world.folder, part), { recursive: true });
    cpSync(world.gh, join(world.folder, 'bin/gh'));
    cpSync(join(world.folder, 'gh.json'), join(world.folder, 'bin/gh.json'));
    const kept = join(world.folder, 'kept');
    const command: ActCommand = {
      ...{ act, repository: world.root, event: 'workflow_dispatch', variables: {} },
      workflow: join(world.root, '.github/workflows/publish.yml'),
      cache: join(world.folder, 'cache'),
      home: join(world.folder, 'home'),
      path: join(world.folder, 'bin'),
      env: { KEPT: kept },
      secrets: { GITHUB_TOKEN: 'token-of-the-job', ...(token ? { RELEASE_TOKEN: token } : {}) },
      local: neighbours(workflow, join(world.folder, 'neighbours')),
      inputs: { dry_run: String(dryRun) },
    };
    return runAct(command);
  }
  const results = (ran: ActRun) =>
    Object.fromEntries(ran.jobs.map(({ name, result }) => [name.split('/').at(-1), result]));
  const failures = (ran: ActRun) =>
    ran.steps.filter(({ result }) => result === 'failure').map(({ log }) => log);
  const staged = () =>
    JSON.parse(readFileSync(join(world.folder, 'kept/release/staged.json'), 'utf8')) as Staged;
  const releases = () => JSON.parse(readFileSync(join(world.folder, 'bin/gh.json'), 'utf8')).releases;

  test('a dry run proves the bundle, makes every file, says each step, and publishes nothing', async () => {
    const ran = await run(true);
    expect(failures(ran)).toEqual([]);
    expect(ran.code).toBe(0);
    expect(results(ran)).toEqual({ plan: 'success', stage: 'success' });
    expect(readdirSync(join(world.folder, 'kept/release')).sort()).toEqual([
      'backstay-1.2.0.cdx.json',
      'backstay-1.2.0.tgz',
      'checksums.txt',
      'commits.bundle',
      'notes.md',
      'staged.json',
    ]);
    for (const line of [
      'would push v1.2.0',
      'would publish the release v1.2.0 as the latest',
      'would move v1 from nothing',
      'would push pages-v1.2.0',
    ])
      expect(ran.log).toContain(line);
    expect([world.tags(), releases()]).toEqual([{}, []]);
  });

  test('a release: CI, attestation, tag, files, moving tags, pull request', async () => {
    const ran = await run(false);
    expect(failures(ran)).toEqual([]);
    expect(ran.log).toContain('all tests passed');
    const { release, assets } = staged();
    expect(world.tags()).toEqual({ 'v1.2.0': release, v1: release, 'v1.2': release });
    expect(releases()).toMatchObject([{ tag: 'v1.2.0', draft: false, immutable: true, assets }]);
    const sums = readFileSync(join(world.folder, 'kept/attested.txt'), 'utf8');
    expect(
      sums
        .trim()
        .split('\n')
        .map((line) => line.slice(66)),
    ).toEqual(assets.filter((name) => name !== 'checksums.txt'));
    expect(world.git('ls-remote', 'origin', 'refs/heads/pages-v1.2.0')).not.toBe('');
    expect(ran.log).toContain('pull request: https://github.com/');
    expect(results(ran).npm).not.toBe('success');
  });

  test('without the token that may push workflows: says which secret is missing, and publishes nothing', async () => {
    const ran = await run(false, '');
    expect(failures(ran).join('\n')).toContain('no secret RELEASE_TOKEN');
    expect([results(ran).publish, world.tags(), releases()]).toEqual(['failure', {}, []]);
  });

  test.each([
    ['tests that fail', { '.ci/run': 'exit 1\n' }, 'ci'],
    ['a bundle that the sources do not build', { 'dist/index.js': '// other\n' }, 'stage'],
    ['a changelog without the version', { 'CHANGELOG.md': '## Unreleased\n\n- x\n' }, 'plan'],
  ])('%s: no tag, no release', async (_, files, job) => {
    world.commit(files as Record<string, string>);
    const ran = await run(false);
    expect(ran.code).not.toBe(0);
    expect(results(ran)[job]).toBe('failure');
    expect([world.tags(), releases()]).toEqual([{}, []]);
  });
});
