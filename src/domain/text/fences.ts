/** A fenced block of code that is open: its marks, and what stands before them on the line, as in a quotation or a list. */
export interface Fence {
  prefix: string;
  marks: string;
}

/** The block that is open behind a line. */
export function fenceAfter(open: Fence | undefined, line: string): Fence | undefined {
  const [, prefix = '', marks, rest = ''] = /^([> ]*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (open === undefined) return marks === undefined ? undefined : { prefix, marks };
  return marks?.startsWith(open.marks) && rest.trim() === '' ? undefined : open;
}

/** Changes the lines that are no code. */
export function mapProse(markdown: string, change: (line: string) => string): string {
  let open: Fence | undefined;
  return markdown
    .split('\n')
    .map((line) => {
      const before = open;
      open = fenceAfter(open, line);
      return before === undefined && open === undefined ? change(line) : line;
    })
    .join('\n');
}
