/** One version of an image in a repository of Artifact Registry (v1 DockerImage). */
export interface StoredImage {
  /** The image without its digest, such as `ocr`. */
  name: string;
  digest: string;
  tags: readonly string[];
  /** Milliseconds of the epoch. */
  uploadedAt: number;
}

/** A policy that deletes or keeps versions (v1 CleanupPolicy). Durations in seconds. */
export interface CleanupPolicy {
  id: string;
  action: 'DELETE' | 'KEEP';
  condition?:
    | {
        tagState: 'ANY' | 'TAGGED' | 'UNTAGGED';
        tagPrefixes: readonly string[];
        versionPrefixes: readonly string[];
        packagePrefixes: readonly string[];
        olderThan: number | undefined;
        newerThan: number | undefined;
      }
    | undefined;
  mostRecent?: { packagePrefixes: readonly string[]; keepCount: number } | undefined;
}

export type Fate =
  /** No policy deletes it. */
  | { fate: 'stays' }
  /** A policy deletes it: now, or when it is old enough (milliseconds of the epoch). */
  | { fate: 'goes'; policy: string; at: number };

const hasPrefix = (text: string, prefixes: readonly string[]) =>
  prefixes.length === 0 || prefixes.some((prefix) => text.startsWith(prefix));

/**
 * What the policies do to an image, as Artifact Registry documents it: a version that a delete policy matches is deleted, unless a
 * keep policy matches too (cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview).
 * @param now milliseconds of the epoch
 */
export function fateOf(
  image: StoredImage,
  all: readonly StoredImage[],
  policies: readonly CleanupPolicy[],
  now: number,
): Fate {
  const newer = all.filter(
    ({ name, uploadedAt }) => name === image.name && uploadedAt > image.uploadedAt,
  ).length;
  const kept = policies.some(
    (policy) => policy.action === 'KEEP' && matchesAt(policy, image, newer, now) !== undefined,
  );
  if (kept) return { fate: 'stays' };
  const goes = policies
    .filter(({ action }) => action === 'DELETE')
    .flatMap((policy) => {
      const at = matchesAt(policy, image, newer, now);
      return at === undefined ? [] : [{ fate: 'goes' as const, policy: policy.id, at }];
    })
    .sort((a, b) => a.at - b.at);
  return goes[0] ?? { fate: 'stays' };
}

/** From when on a policy matches the image; undefined if it does not, as long as nothing but time changes. */
function matchesAt(
  { condition, mostRecent, action }: CleanupPolicy,
  image: StoredImage,
  newer: number,
  now: number,
): number | undefined {
  if (mostRecent)
    return action === 'KEEP' &&
      newer < mostRecent.keepCount &&
      hasPrefix(image.name, mostRecent.packagePrefixes)
      ? now
      : undefined;
  if (!condition) return undefined;
  const { tagState, tagPrefixes, versionPrefixes, packagePrefixes, olderThan, newerThan } = condition;
  const tagged = image.tags.length > 0;
  if (tagState !== 'ANY' && (tagState === 'TAGGED') !== tagged) return undefined;
  if (tagPrefixes.length > 0 && !image.tags.some((tag) => hasPrefix(tag, tagPrefixes))) return undefined;
  if (!hasPrefix(image.digest, versionPrefixes) || !hasPrefix(image.name, packagePrefixes)) return undefined;
  if (newerThan !== undefined && now - image.uploadedAt > newerThan * 1000) return undefined;
  return olderThan === undefined ? now : Math.max(now, image.uploadedAt + olderThan * 1000);
}
