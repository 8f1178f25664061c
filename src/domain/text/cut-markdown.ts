import { type Fence, fenceAfter } from './fences.ts';

/** What is open behind a line: a block of code, and elements that fold. */
interface Open {
  fence: Fence | undefined;
  folded: number;
}

const count = (line: string, pattern: RegExp) => line.match(pattern)?.length ?? 0;

function after({ fence, folded }: Open, line: string): Open {
  const next = fenceAfter(fence, line);
  if (fence !== undefined || next !== undefined) return { fence: next, folded };
  const opened = count(line, /<details[ >]/g) - count(line, /<\/details>/g);
  return { fence: undefined, folded: Math.max(0, folded + opened) };
}

/** The lines that close everything. An empty line before `</details>` ends a list, a table or a quotation. */
const closing = ({ fence, folded }: Open): string[] => [
  ...(fence === undefined ? [] : [`${fence.prefix}${fence.marks}`]),
  ...Array.from({ length: folded }, () => ['', '</details>']).flat(),
];

/**
 * Markdown of at most `most`, cut between two lines. What is open there is closed, so that nothing behind the cut is drawn into it.
 * @param note what stands at the end of a text that was cut
 * @param size how long a text is. It grows with every line.
 */
export function cutMarkdown(
  text: string,
  most: number,
  note: string,
  size: (text: string) => number = (one) => one.length,
): string {
  if (size(text) <= most) return text;
  let open: Open = { fence: undefined, folded: 0 };
  let used = 0;
  const kept: string[] = [];
  let best = { lines: 0, end: [note] };
  for (const line of text.split('\n')) {
    used += size(`${line}\n`);
    if (used > most) break;
    open = after(open, line);
    kept.push(line);
    const end = [...closing(open), '', note];
    if (used + size(end.join('\n')) <= most) best = { lines: kept.length, end };
  }
  const cut = [...kept.slice(0, best.lines), ...best.end].join('\n');
  return size(cut) <= most ? cut : '';
}
