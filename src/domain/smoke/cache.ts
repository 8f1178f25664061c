/** What one variant of a request was answered. Equal answers are equal texts here. */
export interface CacheAnswers {
  name: string;
  /** With bytes that no cache knows. */
  cold: string;
  /** The suite says itself what the text must be, so the variant is judged even if its answer is that of the case. */
  judged: boolean;
  /** With bytes that all variants share, each sent twice in turn. */
  warm: readonly string[];
  /** What the revision that serves answered to the shared bytes, if it was asked before. */
  champion?: string | undefined;
}

export interface CacheJudgement {
  /** One sentence for each variant that got an answer which belongs to another request. */
  wrong: string[];
  /** Names of variants whose answer is that of the case, so that a missing part of the key would not show. */
  blind: string[];
  /** Places of variants that got an answer which belongs to nobody: a fault of the cache, or a function that never answers alike. */
  unexplained: number[];
  /** What the check could not show, for the end of a sentence. */
  note: string;
}

/**
 * Compares the answers with a warm cache with those without one. The first entry is the case itself, and each of the others differs from
 * it in one thing. If the key of the cache lacks that thing, the variant gets the answer of the case.
 */
export function judgeCache(all: readonly CacheAnswers[]): CacheJudgement {
  const found: CacheJudgement = { wrong: [], blind: [], unexplained: [], note: '' };
  for (const [i, one] of all.entries()) {
    if (i > 0 && !one.judged && one.cold === all[0]?.cold) found.blind.push(one.name);
    const other = one.warm.find((answer) => answer !== one.cold);
    if (other === undefined) continue;
    const owner = all.find((another) => another !== one && another.cold === other);
    if (other === one.champion)
      found.wrong.push(
        `${one.name} got the answer of the revision that serves: the key of the cache lacks the model.`,
      );
    else if (owner)
      found.wrong.push(
        `${one.name} got the answer of ${owner.name}: the key of the cache lacks what tells them apart.`,
      );
    else found.unexplained.push(i);
  }
  const asked = all.filter(({ champion }) => champion !== undefined);
  if (asked.length > 0 && asked.every(({ champion, cold }) => champion === cold))
    found.note = '; the revision that serves answers alike, so nothing is known about the model in the key';
  return found;
}
