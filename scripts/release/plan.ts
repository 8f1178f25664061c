import { newestSection, readChangelog } from './changelog.ts';
import { compareVersions, movingTags, parseVersion, type Version } from './version.ts';

/** What the next release is, from files and tags alone. */
export interface Plan {
  version: string;
  tag: string;
  /** Tags that will point to it, such as `v1` and `v1.2`. */
  moving: string[];
  prerelease: boolean;
  /** No newer version is released. */
  latest: boolean;
  /** The version before, if there is one. */
  previous: string | undefined;
  /** What the changelog says about it. */
  notes: string;
  /** Whether the package has a command line to publish. */
  npm: boolean;
}

export interface Sources {
  changelog: string;
  /** Text of package.json. */
  manifest: string;
  /** Text of package-lock.json. */
  lockfile: string;
  /** The version that the code says it has. */
  code: string;
  tags: readonly string[];
}

/** Plans the release of the newest version in the changelog. Returns every reason why it cannot be released. */
export function planRelease({
  changelog,
  manifest,
  lockfile,
  code,
  tags,
}: Sources): Plan | { problems: string[] } {
  const sections = readChangelog(changelog);
  const section = newestSection(sections);
  const version = section && parseVersion(section.name);
  if (!section)
    return {
      problems: [
        'CHANGELOG.md has no version: name the part "Unreleased" after it, such as "## 1.2.0 - 2026-11-30".',
      ],
    };
  if (!version)
    return { problems: [`CHANGELOG.md: ${section.name} is no version such as 1.2.0 or 1.2.0-rc.1.`] };
  const released = tags.flatMap((tag) => (tag.startsWith('v') ? (parseVersion(tag.slice(1)) ?? []) : []));
  const { version: packageVersion, bin } = JSON.parse(manifest) as { version?: string; bin?: unknown };
  const locked = JSON.parse(lockfile) as {
    version?: string;
    packages?: Record<string, { version?: string }>;
  };
  const problems = [
    ...(section.date
      ? []
      : [`CHANGELOG.md: ${version.text} has no date, such as "## ${version.text} - 2026-11-30".`]),
    ...(section.text ? [] : [`CHANGELOG.md says nothing about ${version.text}.`]),
    ...unreleasedProblems(sections[0]?.name === 'Unreleased' ? sections[0].text : ''),
    ...differences(version.text, {
      'package.json': packageVersion,
      'package-lock.json': locked.version,
      'package-lock.json (packages)': locked.packages?.['']?.version,
      'src/domain/product.ts': code,
    }),
    ...orderProblems(version, released),
  ];
  if (problems.length > 0) return { problems };
  const before = released.filter((one) => compareVersions(one, version) < 0).sort(compareVersions);
  return {
    version: version.text,
    tag: `v${version.text}`,
    moving: movingTags(version, released),
    prerelease: version.pre !== '',
    latest:
      version.pre === '' && released.every((one) => one.pre !== '' || compareVersions(one, version) <= 0),
    previous: before.at(-1)?.text,
    notes: section.text,
    npm: bin !== undefined,
  };
}

const unreleasedProblems = (text: string) =>
  /^- /m.test(text) ? ['CHANGELOG.md: "Unreleased" has entries that belong to the new version.'] : [];

const differences = (version: string, found: Record<string, string | undefined>) =>
  Object.entries(found).flatMap(([file, other]) =>
    other === version ? [] : [`${file} says ${other ?? 'nothing'} where CHANGELOG.md says ${version}.`],
  );

/** A fix of an older line is allowed, a version that leaves out others is not. */
function orderProblems(version: Version, released: readonly Version[]): string[] {
  if (released.some((one) => compareVersions(one, version) === 0)) return [];
  const line = released.filter((one) => one.major === version.major && one.minor === version.minor);
  const newest = line.toSorted(compareVersions).at(-1);
  return newest && compareVersions(newest, version) > 0
    ? [`${version.text} is older than ${newest.text}, which is released.`]
    : [];
}
