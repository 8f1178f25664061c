import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readChangelog } from '../../../scripts/release/changelog.ts';
import { type Plan, planRelease } from '../../../scripts/release/plan.ts';
import { compareVersions, movingTags, parseVersion, type Version } from '../../../scripts/release/version.ts';

const v = (text: string) => parseVersion(text) as Version;
const anyVersion = fc
  .record({
    major: fc.nat(3),
    minor: fc.nat(3),
    patch: fc.nat(3),
    pre: fc.constantFrom('', '-rc.1', '-rc.2', '-beta.1'),
  })
  .map(({ major, minor, patch, pre }) => v(`${major}.${minor}.${patch}${pre}`));

describe('versions', () => {
  test.each(['1.2', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.3-rc', '1.2.3+build', '', '1.2.3-rc.01'])(
    '%s is none',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );

  test('are in the order of semver, with candidates before the whole version', () => {
    const order = ['0.9.9', '1.0.0-beta.1', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.0.1', '1.1.0', '10.0.0'];
    expect(
      order
        .toReversed()
        .map(v)
        .sort(compareVersions)
        .map(({ text }) => text),
    ).toEqual(order);
  });

  test('a total order', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(a.text === b.text);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test.each([
    ['1.2.3', ['1.2.2'], ['v1', 'v1.2']],
    ['1.2.3', ['1.3.0'], ['v1.2']],
    ['1.2.3', ['2.0.0'], ['v1', 'v1.2']],
    ['1.2.3', ['1.3.0-rc.1'], ['v1', 'v1.2']],
    ['1.2.3', ['1.2.4'], []],
    ['1.2.3', ['1.2.3'], ['v1', 'v1.2']],
    ['1.3.0-rc.1', ['1.2.0'], []],
    ['0.1.0', [], ['v0', 'v0.1']],
  ])('%s after %j moves %j', (version, released, moving) => {
    expect(movingTags(v(version), released.map(v))).toEqual(moving);
  });

  test('a moving tag never goes back', () => {
    fc.assert(
      fc.property(fc.array(anyVersion, { maxLength: 12 }), (order) => {
        const at = new Map<string, Version>();
        const released: Version[] = [];
        for (const version of order) {
          for (const tag of movingTags(version, released)) {
            const before = at.get(tag);
            if (before) expect(compareVersions(before, version)).toBeLessThanOrEqual(0);
            expect(`v${version.text}.`.startsWith(`${tag}.`)).toBe(true);
            at.set(tag, version);
          }
          released.push(version);
        }
      }),
    );
  });
});

const log = `# Changelog

## Unreleased

## 1.2.0 - 2026-11-30

### Added

- Something.

## [1.1.0] - 2026-11-01

- Older.
`;
const sources = (change: Partial<Parameters<typeof planRelease>[0]> = {}) => ({
  changelog: log,
  manifest: '{"version":"1.2.0"}',
  lockfile: '{"version":"1.2.0","packages":{"":{"version":"1.2.0"}}}',
  code: '1.2.0',
  tags: ['v1', 'v1.1', 'v1.1.0', 'v1.0.0', 'vnext', 'other'],
  ...change,
});
const problems = (change: Parameters<typeof sources>[0]) =>
  (planRelease(sources(change)) as { problems?: string[] }).problems ?? [];

describe('the plan of a release', () => {
  test('is the newest version of the changelog, with its notes', () => {
    expect(planRelease(sources())).toEqual({
      version: '1.2.0',
      tag: 'v1.2.0',
      moving: ['v1', 'v1.2'],
      prerelease: false,
      latest: true,
      previous: '1.1.0',
      notes: '### Added\n\n- Something.',
      npm: false,
    } satisfies Plan);
  });

  test('publishes a package only if there is a command line', () => {
    expect(
      planRelease(sources({ manifest: '{"version":"1.2.0","bin":{"backstay":"cli.js"}}' })),
    ).toMatchObject({ npm: true });
  });

  test('of a fix of an older line leaves v1 alone and is not the latest', () => {
    expect(planRelease(sources({ tags: ['v1.3.0', 'v1.1.0'] }))).toMatchObject({
      moving: ['v1.2'],
      latest: false,
      previous: '1.1.0',
    });
  });

  test('of a version that is tagged already is the same, so that an interrupted run can be repeated', () => {
    expect(planRelease(sources({ tags: ['v1.2.0', 'v1', 'v1.1.0'] }))).toEqual(
      planRelease(sources({ tags: ['v1.1.0'] })),
    );
  });

  test.each([
    [{ changelog: '# Changelog\n\n## Unreleased\n\n- x\n' }, 'has no version'],
    [{ changelog: '## 1.2\n\n- x\n' }, '1.2 is no version'],
    [{ changelog: log.replace(' - 2026-11-30', '') }, '1.2.0 has no date'],
    [{ changelog: log.replace('### Added\n\n- Something.', '') }, 'says nothing about 1.2.0'],
    [{ changelog: log.replace('## Unreleased\n', '## Unreleased\n\n- Late.\n') }, '"Unreleased" has entries'],
    [{ manifest: '{"version":"1.1.0"}' }, 'package.json says 1.1.0 where CHANGELOG.md says 1.2.0'],
    [{ lockfile: '{"version":"1.2.0","packages":{}}' }, 'package-lock.json (packages) says nothing'],
    [{ code: '0.1.0' }, 'src/domain/product.ts says 0.1.0'],
    [{ tags: ['v1.2.7'] }, '1.2.0 is older than 1.2.7'],
  ])('%j: %s', (change, problem) => {
    expect(problems(change).join('\n')).toContain(problem);
  });

  test('names every problem at once', () => {
    expect(problems({ manifest: '{}', code: '', tags: ['v1.2.1'] })).toHaveLength(3);
  });
});

test('a changelog with Windows line ends, brackets and links reads the same', () => {
  const windows = log.replace('## 1.2.0', '## [1.2.0]').replaceAll('\n', '\r\n');
  expect(readChangelog(windows)).toEqual(readChangelog(log));
});
