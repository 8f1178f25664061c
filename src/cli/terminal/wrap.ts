/** Columns that a text takes. East Asian letters and emoji take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text.replace(/\u001b\[[0-9;]*m/g, '')) columns += isWide(char) ? 2 : 1;
  return columns;
}

const isWide = (char: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
    char,
  ) && char > '\u00ff';

/** Breaks a paragraph between words. Lines after the first begin with `indent`. A word that is too long stays whole, so that it can be copied. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** The least that is left for a text beside a name. In a narrower terminal it stands below the name. */
const leastText = 24;

/** Two columns: names, and what each is, wrapped beside them. */
export function columns(rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.min(34, Math.max(0, ...rows.map(([name]) => columnsOf(name)))) + 2;
  const below = width - left - 2 < leastText;
  return rows
    .map(([name, text]) => {
      if (below) return `  ${name}\n    ${wrap(text, width - 4).replaceAll('\n', '\n    ')}`;
      const pad = ' '.repeat(Math.max(0, left - columnsOf(name)));
      const start = columnsOf(name) + 2 > left ? `  ${name}\n  ${' '.repeat(left)}` : `  ${name}${pad}`;
      return start + wrap(text, width - left - 2).replaceAll('\n', `\n  ${' '.repeat(left)}`);
    })
    .join('\n');
}
