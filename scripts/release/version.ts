/** Versions as `1.2.3` or `1.2.3-rc.1`. */

export interface Version {
  text: string;
  major: number;
  minor: number;
  patch: number;
  /** Such as `rc.1`; empty for a whole version. */
  pre: string;
}

export function parseVersion(text: string): Version | undefined {
  const number = '(0|[1-9]\\d{0,5})';
  const match = new RegExp(`^${number}\\.${number}\\.${number}(?:-([a-z]+\\.${number}))?$`).exec(text);
  if (!match) return undefined;
  const [, major, minor, patch, pre = ''] = match;
  return { text, major: Number(major), minor: Number(minor), patch: Number(patch), pre };
}

/** Negative if `a` comes before `b`. A version with `-rc.1` comes before the whole one. */
export function compareVersions(a: Version, b: Version): number {
  const numbers = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (numbers !== 0) return numbers;
  if (a.pre === '' || b.pre === '') return Number(a.pre === '') - Number(b.pre === '');
  const [aWord = '', aNumber] = a.pre.split('.');
  const [bWord = '', bNumber] = b.pre.split('.');
  if (aWord !== bWord) return aWord < bWord ? -1 : 1;
  return Number(aNumber) - Number(bNumber);
}

/**
 * The tags that follow a version: `v1` and `v1.2`, each only if no newer version of its line is released already, because a fix of an
 * old line must not take the newer one away. A version with `-rc.1` moves none.
 */
export function movingTags(version: Version, released: readonly Version[]): string[] {
  if (version.pre !== '') return [];
  const newer = released.filter((one) => one.pre === '' && compareVersions(one, version) > 0);
  const { major, minor } = version;
  return [
    ...(newer.some((one) => one.major === major) ? [] : [`v${major}`]),
    ...(newer.some((one) => one.major === major && one.minor === minor) ? [] : [`v${major}.${minor}`]),
  ];
}
