import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../../scripts/release/bundle-files.ts';
import { GitHub } from '../../../scripts/release/github.ts';
import { publish, publishPages, readStaged } from '../../../scripts/release/publish.ts';
import { type Staged, stage } from '../../../scripts/release/stage.ts';
import { ReleaseRepository } from '../../support/release-repository.ts';

const repository = 'backstay-release/backstay';
let world: ReleaseRepository;
let lines: string[];
/** A repository whose release 1.2.0 is staged. */
let like: ReleaseRepository;
beforeAll(() => {
  world = new ReleaseRepository();
  doStage();
  like = world;
});
afterAll(() => rmSync(like.folder, { recursive: true, force: true }));
beforeEach(() => {
  world = new ReleaseRepository(like);
  lines = [];
});
afterEach(() => rmSync(world.folder, { recursive: true, force: true }));

let proofs = 0;
const doStage = (prove = () => void proofs++): Staged =>
  stage({ root: world.root, out: world.out, repository }, { prove, pack: () => 'none.tgz' });
const settings = (root: string, dryRun = false) => ({
  ...{ root, out: world.out, remote: 'origin', dryRun },
  github: new GitHub(repository, world.gh),
  log: (line: string) => lines.push(line),
});
const text = (file: string) => readFileSync(join(world.out, file), 'utf8');

describe('what a release consists of', () => {
  test('three commits: the proved one, what runs, and what names it', () => {
    const { source, content, release, moving } = readStaged(world.out);
    expect(proofs).toBe(1);
    expect(moving).toEqual(['v1', 'v1.2']);
    expect(world.git('rev-parse', 'HEAD')).toBe(source);
    expect(world.git('diff', '--name-only', source, content)).toBe('.gitattributes');
    expect(world.git('diff', '--name-only', content, release).split('\n')).toEqual([
      '.github/workflows/release.yml',
      'actions/candidate/action.yml',
    ]);
    expect(world.git('show', `${release}:actions/candidate/action.yml`)).toContain(
      `actions/deploy@${content} # v1.2.0`,
    );
    // Nothing on the branch, in the index or in the work tree moved.
    expect(world.git('status', '--porcelain')).toBe('');
  });

  test('the archive holds what a runner needs, and no tests', () => {
    const { content } = readStaged(world.out);
    const tar = gunzipSync(readFileSync(join(world.out, 'backstay-1.2.0.tgz')));
    const names = execFileSync('tar', ['t'], { input: tar, encoding: 'utf8' }).split('\n');
    expect(names).toEqual(
      expect.arrayContaining([
        'backstay-1.2.0/action.yml',
        'backstay-1.2.0/dist/index.js',
        'backstay-1.2.0/.github/workflows/release.yml',
      ]),
    );
    expect(names.filter((name) => /test|src|examples/.test(name))).toEqual([]);
    // The commit that the workflows name leaves the same out.
    const named = execFileSync('git', ['archive', content], { cwd: world.root });
    expect(execFileSync('tar', ['t'], { input: named, encoding: 'utf8' })).not.toContain('test/');
  });

  test('a second run makes the same commits and the same files, byte for byte', () => {
    const files = [
      'backstay-1.2.0.tgz',
      'backstay-1.2.0.cdx.json',
      'checksums.txt',
      'notes.md',
      'staged.json',
    ];
    const first = files.map((file) => sha256(readFileSync(join(world.out, file))));
    doStage();
    expect(files.map((file) => sha256(readFileSync(join(world.out, file))))).toEqual(first);
  });

  test('checksums are those of the files, and the notes have the changelog and the commit to pin', () => {
    const { release, source } = readStaged(world.out);
    for (const line of text('checksums.txt').trim().split('\n')) {
      const [sum, file = ''] = line.split('  ');
      expect(sha256(readFileSync(join(world.out, file)))).toBe(sum);
    }
    for (const part of [
      '- News of 1.2.0.',
      `${repository}@${release} # v1.2.0`,
      source,
      'gh attestation verify backstay-1.2.0.tgz',
    ])
      expect(text('notes.md')).toContain(part);
  });

  test.each([
    [
      'a file that differs from the commit',
      () => execFileSync('sh', ['-c', 'echo x >> README.md'], { cwd: world.root }),
      'README.md',
    ],
    [
      'a version that package.json does not have',
      () => world.commit({ 'package.json': '{"version":"1.1.0"}' }),
      'package.json says 1.1.0',
    ],
  ])('%s stops it', (_, spoil, problem) => {
    spoil();
    rmSync(world.out, { recursive: true });
    expect(() => doStage()).toThrow(problem);
    expect(existsSync(world.out)).toBe(false);
  });

  test('a bundle that is not what the sources build stops it before anything is made', () => {
    rmSync(world.out, { recursive: true });
    const failing = () => {
      throw new Error('dist/ is not what the sources build');
    };
    expect(() => doStage(failing)).toThrow('not what the sources build');
    expect(existsSync(world.out)).toBe(false);
  });
});

describe('publishing', () => {
  test('on another machine: tag, release with its files, then the moving tags; and again changes nothing', () => {
    const { release, assets } = readStaged(world.out);
    const clone = world.elsewhere();
    publish(settings(clone));
    expect(world.tags()).toEqual({ 'v1.2.0': release, v1: release, 'v1.2': release });
    expect(world.state.releases).toMatchObject([{ tag: 'v1.2.0', draft: false, immutable: true, assets }]);
    expect(world.state.releases[0]?.argv).toContain('--latest=true');

    const calls = world.state.calls.length;
    publish(settings(clone));
    expect(lines).toEqual(
      expect.arrayContaining([
        'v1.2.0 is there already',
        'the release v1.2.0 is published already',
        `v1 names ${release} already`,
      ]),
    );
    expect(world.state.calls.slice(calls).map(([group]) => group)).toEqual(['api', 'api']);
  });

  test('a dry run pushes nothing, calls nothing, and says each step', () => {
    publish(settings(world.elsewhere(), true));
    expect([world.tags(), world.state.calls]).toEqual([{}, []]);
    expect(lines.map((line) => line.replace(/[0-9a-f]{40}/, 'SHA'))).toEqual([
      'would push v1.2.0, which names SHA',
      'would draft the release v1.2.0',
      'would attach backstay-1.2.0.tgz, backstay-1.2.0.cdx.json, checksums.txt',
      'would publish the release v1.2.0 as the latest',
      'would move v1 from nothing to SHA',
      'would move v1.2 from nothing to SHA',
    ]);
  });

  test.each([1, 2, 3, 4, 5])(
    'if call %i of GitHub fails, no tag moves before the release is whole, and the next run ends it',
    (failAt) => {
      const { release, assets } = readStaged(world.out);
      const clone = world.elsewhere();
      world.state = { ...world.state, failAt };
      expect(() => publish(settings(clone))).toThrow();
      expect(Object.keys(world.tags())).toEqual(['v1.2.0']);
      world.state = { ...world.state, failAt: undefined };
      publish(settings(clone));
      expect(world.tags()).toMatchObject({ v1: release, 'v1.2': release });
      expect(world.state.releases).toMatchObject([{ draft: false, assets }]);
    },
  );

  test('a release that can still be changed moves no tag', () => {
    world.state = { ...world.state, freezes: false };
    expect(() => publish(settings(world.elsewhere()))).toThrow('Turn on "Release immutability"');
    expect(Object.keys(world.tags())).toEqual(['v1.2.0']);
  });

  test('a version that names another commit is refused, and nothing moves', () => {
    world.git('push', '-q', 'origin', 'HEAD:refs/tags/v1.2.0');
    expect(() => publish(settings(world.elsewhere()))).toThrow('A version is released once');
    expect(Object.keys(world.tags())).toEqual(['v1.2.0']);
  });

  test('a commit that differs from the proved one in more than its stamp is refused', () => {
    const staged = readStaged(world.out);
    world.git('checkout', '-q', staged.content);
    const forged = world.commitLocally({ 'dist/index.js': '// another bundle\n' });
    world.git('update-ref', 'refs/release/v1.2.0', forged);
    world.git(
      'bundle',
      'create',
      '-q',
      join(world.out, 'commits.bundle'),
      'refs/release/v1.2.0',
      `^${staged.source}`,
    );
    world.writeStaged({ ...staged, release: forged });
    expect(() => publish(settings(world.elsewhere()))).toThrow(
      'differs from the proved commit in dist/index.js',
    );
    expect(world.tags()).toEqual({});
  });

  test('the next version moves the tags on, and a fix of the old line leaves v1', () => {
    publish(settings(world.elsewhere()));
    world.commitVersion('1.3.0');
    world.git('fetch', '-q', '--tags', '--force', 'origin');
    const next = doStage();
    publish(settings(world.elsewhere()));
    expect(world.tags()).toMatchObject({ v1: next.release, 'v1.3': next.release });
    world.commitVersion('1.2.1');
    world.git('fetch', '-q', '--tags', '--force', 'origin');
    const fix = doStage();
    publish(settings(world.elsewhere()));
    expect(world.tags()).toMatchObject({ v1: next.release, 'v1.2': fix.release, 'v1.2.1': fix.release });
    publishPages(settings(world.elsewhere()));
    expect(lines.at(-1)).toContain('is not the newest version');
  });
});

describe('examples and pages', () => {
  test('get the commit of the tag in one pull request, however often it runs', () => {
    const { release } = readStaged(world.out);
    const clone = world.elsewhere();
    publish(settings(clone));
    for (let run = 0; run < 2; run++) publishPages(settings(clone));
    expect(world.state.pulls).toHaveLength(1);
    const show = (path: string) =>
      execFileSync('git', ['--git-dir', world.remote, 'show', `pages-v1.2.0:${path}`], { encoding: 'utf8' });
    for (const path of ['README.md', 'examples/workflows/release.yml'])
      expect(show(path)).toContain(`backstay-release/backstay@${release} # v1.2.0`);
    // What a runner executes stays as the main branch has it.
    expect(show('.github/workflows/release.yml')).toContain('@v1\n');
  });

  test('need no pull request once the main branch has it', () => {
    const clone = world.elsewhere();
    publish(settings(clone));
    publishPages(settings(clone));
    world.git('fetch', '-q', 'origin');
    world.git('merge', '-q', '--ff-only', 'origin/pages-v1.2.0');
    world.git('push', '-q', 'origin', 'main');
    publishPages(settings(world.elsewhere()));
    expect(lines.at(-1)).toBe('examples and pages name v1.2.0 already');
  });
});
