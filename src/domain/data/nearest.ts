import { distance, intern } from './edit-distance.ts';

/**
 * The known word that is closest to a misspelt one, for "did you mean". Undefined if more than a third of its letters
 * differ.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { word: string; edits: number } | undefined;
  for (const candidate of known) {
    const edits = swapped(word.toLowerCase(), candidate.toLowerCase())
      ? 1
      : distance(intern([...word.toLowerCase()], [...candidate.toLowerCase()]));
    if (
      edits <= Math.max(1, Math.floor(candidate.length / 3)) &&
      edits < (best?.edits ?? Number.MAX_SAFE_INTEGER)
    )
      best = { word: candidate, edits };
  }
  return best?.word;
}

/** Two neighbouring letters have changed places. */
function swapped(word: string, candidate: string): boolean {
  const at = [...word].findIndex((letter, index) => letter !== candidate[index]);
  return (
    at >= 0 &&
    word.length === candidate.length &&
    word[at] === candidate[at + 1] &&
    word[at + 1] === candidate[at] &&
    word.slice(at + 2) === candidate.slice(at + 2)
  );
}
