import { lineStarts, offsetAt } from '../files/repository.ts';
import type { Edit, Found } from '../found.ts';

/** A file after the fixes. */
export interface Fixed {
  file: string;
  before: string;
  after: string;
  fixed: number;
}

/** Applies the edits of findings, each only if its old text still stands there. Edits that overlap wait for the next run. */
export function applyFixes(found: readonly Found[], text: (file: string) => string | undefined): Fixed[] {
  const byFile = new Map<string, { edits: readonly Edit[] }[]>();
  for (const { edits = [] } of found) {
    const [first] = edits;
    if (first) byFile.set(first.file, [...(byFile.get(first.file) ?? []), { edits }]);
  }
  return [...byFile].flatMap(([file, all]) => {
    const before = text(file);
    if (before === undefined) return [];
    const starts = lineStarts(before);
    const spans: { start: number; end: number; text: string }[] = [];
    let fixed = 0;
    for (const { edits } of all) {
      const own = edits.flatMap((edit) => {
        const start = offsetAt(starts, edit.line, edit.column);
        return edit.file === file && before.startsWith(edit.old, start)
          ? [{ start, end: start + edit.old.length, text: edit.new }]
          : [];
      });
      const clash = own.some((one) =>
        spans.some(
          (other) =>
            (one.start < other.end && other.start < one.end) ||
            (one.start === other.start && one.text === other.text),
        ),
      );
      if (own.length === edits.length && !clash) {
        spans.push(...own);
        fixed++;
      }
    }
    if (spans.length === 0) return [];
    let after = before;
    for (const { start, end, text: put } of [...spans].sort((a, b) => b.start - a.start || b.end - a.end))
      after = after.slice(0, start) + put + after.slice(end);
    return [{ file, before, after, fixed }];
  });
}
