/**
 * Parts whose meaning depends on what stands around them (anchors, word boundaries, lookarounds, references to groups), and
 * white space, which the comparison with the expected value may ignore.
 */
const dependsOnPlace = /\\[bBk1-9sSW]|\(\?(?:[=!]|<[=!])|[$^\s]/;

/**
 * The part of a regular expression whose match is the value of a field: its first group, or all of it. Undefined if that
 * part cannot be judged alone.
 */
export function groupOf(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'mu');
  } catch {
    return undefined;
  }
  const group = firstGroup(pattern);
  const value = group?.text ?? pattern;
  // A group that may be left out, or that an alternative lacks, finds nothing now and then. That is another problem.
  return dependsOnPlace.test(value) ? undefined : value;
}

/** The first capturing group, without its parentheses. */
function firstGroup(pattern: string): { text: string } | undefined {
  const open: { start: number; captures: boolean }[] = [];
  let inClass = 0;
  let first: { start: number; end?: number } | undefined;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '\\') i++;
    else if (char === '[') inClass++;
    else if (char === ']' && inClass > 0) inClass = 0;
    else if (inClass > 0) continue;
    else if (char === '(') {
      const named = /^\(\?<(?![=!])[^>]*>/.exec(pattern.slice(i))?.[0];
      const captures = named !== undefined || pattern[i + 1] !== '?';
      const start = i + (named?.length ?? 1);
      open.push({ start, captures });
      if (captures) first ??= { start };
    } else if (char === ')') {
      const closed = open.pop();
      if (first && closed?.start === first.start) return { text: pattern.slice(first.start, i) };
    }
  }
  return undefined;
}
