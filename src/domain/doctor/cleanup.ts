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
        /** True if it has a condition besides these. */
        more?: boolean;
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

/** Milliseconds of the epoch. */
interface Span {
  from: number;
  until: number;
}

/**
 * What the policies will do to an image, as Artifact Registry documents it: a version that a delete policy matches is deleted, unless
 * a keep policy matches too (cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview). Nothing but time changes:
 * an image that a keep policy protects for its age loses the protection some day.
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
  const spans = (wanted: CleanupPolicy['action']) =>
    policies
      .filter(({ action }) => action === wanted)
      .flatMap((policy) => {
        const span = spanOf(policy, image, newer);
        return span && span.until > now ? [{ ...span, policy: policy.id }] : [];
      });
  const keeps = spans('KEEP');
  const goes = spans('DELETE')
    .flatMap(({ policy, from, until }) => {
      const at = firstOutside(Math.max(now, from), keeps);
      return at < until ? [{ fate: 'goes' as const, policy, at }] : [];
    })
    .sort((a, b) => a.at - b.at);
  return goes[0] ?? { fate: 'stays' };
}

/** The first moment, from `start` on, that lies in none of the spans. */
function firstOutside(start: number, spans: readonly Span[]): number {
  let at = start;
  for (const { from, until } of [...spans].sort((a, b) => a.from - b.from))
    if (from <= at && at < until) at = until;
  return at;
}

/** When a policy matches the image. Undefined if never. */
function spanOf(
  { condition, mostRecent, action }: CleanupPolicy,
  image: StoredImage,
  newer: number,
): Span | undefined {
  const ever = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
  if (mostRecent) {
    const recent = newer < mostRecent.keepCount && hasPrefix(image.name, mostRecent.packagePrefixes);
    return action === 'KEEP' && recent ? ever : undefined;
  }
  if (!condition) return undefined;
  const { tagState, tagPrefixes, versionPrefixes, packagePrefixes, olderThan, newerThan } = condition;
  const tagged = image.tags.length > 0;
  if (tagState !== 'ANY' && (tagState === 'TAGGED') !== tagged) return undefined;
  if (tagPrefixes.length > 0 && !image.tags.some((tag) => hasPrefix(tag, tagPrefixes))) return undefined;
  if (!hasPrefix(image.digest, versionPrefixes) || !hasPrefix(image.name, packagePrefixes)) return undefined;
  // A condition that is not known here may narrow the policy. It then deletes perhaps, and protects nothing for sure.
  if (condition.more && action === 'KEEP') return undefined;
  return {
    from: olderThan === undefined ? ever.from : image.uploadedAt + olderThan * 1000,
    until: newerThan === undefined ? ever.until : image.uploadedAt + newerThan * 1000,
  };
}
