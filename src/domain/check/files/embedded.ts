/** A text inside a file, such as the script of a `run:`. `at` gives the place of an offset in the file. */
export interface Embedded {
  readonly file: string;
  readonly text: string;
  at(offset: number): { line: number; column: number };
}

/**
 * A text whose lines stand below each other in the file, each after the same number of columns: a whole file, or a block
 * of YAML. `firstLine` is the line of the file on which the text begins.
 */
export function blockOf(file: string, text: string, firstLine: number, indent: number): Embedded {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    file,
    text,
    at(offset) {
      let line = 0;
      while (line + 1 < starts.length && (starts[line + 1] as number) <= offset) line++;
      return { line: firstLine + line, column: offset - (starts[line] as number) + indent + 1 };
    },
  };
}

/** A text on one line of the file. */
export const lineOf = (file: string, text: string, line: number, column: number): Embedded => ({
  file,
  text,
  at: (offset) => ({ line, column: column + offset }),
});

/** A text that several lines of the file make by joining them, such as a folded block. */
export function joinedOf(
  file: string,
  text: string,
  lines: readonly { text: string; line: number; column: number }[],
): Embedded {
  return {
    file,
    text,
    at(offset) {
      let left = offset;
      for (const part of lines) {
        if (left <= part.text.length) return { line: part.line, column: part.column + left };
        left -= part.text.length + 1;
      }
      const last = lines.at(-1);
      return { line: last?.line ?? 1, column: last?.column ?? 1 };
    },
  };
}
