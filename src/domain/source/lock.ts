import { isObject, type JsonObject, objectOf, textOf } from '../data/json.ts';

/** A dependency that the lock file does not serve, so that `npm ci`, which Google's builders run, refuses it. */
export interface LockGap {
  name: string;
  /** What package.json asks for. */
  wanted: string;
  /** The version in the lock file; undefined if the dependency is missing there. */
  locked: string | undefined;
}

/** Compares the dependencies of package.json with package-lock.json or npm-shrinkwrap.json of any version. Only sure gaps are found. */
export function lockGaps(packageJson: JsonObject, lock: JsonObject): LockGap[] {
  const wanted = { ...objectOf(packageJson.devDependencies), ...objectOf(packageJson.dependencies) };
  const gaps: LockGap[] = [];
  for (const [name, range] of Object.entries(wanted)) {
    if (typeof range !== 'string') continue;
    const entry = objectOf(lock.packages)[`node_modules/${name}`] ?? objectOf(lock.dependencies)[name];
    if (!isObject(entry)) gaps.push({ name, wanted: range, locked: undefined });
    else {
      const locked = textOf(entry.version);
      if (locked !== undefined && isSurelyOutside(locked, range)) gaps.push({ name, wanted: range, locked });
    }
  }
  return gaps;
}

type Version = [number, number, number];

/** Is the version certainly outside of the range? Only the ranges that npm writes itself are judged: `1.2.3`, `^1.2.3`, `~1.2.3`. */
function isSurelyOutside(version: string, range: string): boolean {
  const found = numbers(version);
  const [, sign = '', text = ''] = /^([\^~]?)(\d+\.\d+\.\d+)$/.exec(range.trim()) ?? [];
  const least = numbers(text);
  if (!found || !least) return false;
  if (sign === '') return compare(found, least) !== 0;
  return compare(found, least) < 0 || compare(found, above(least, sign)) >= 0;
}

/** The first version that a range does not hold. `^` fixes the first number that is not zero, `~` the first two. */
function above([major, minor, patch]: Version, sign: string): Version {
  if (sign === '~') return [major, minor + 1, 0];
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

function numbers(text: string): Version | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
