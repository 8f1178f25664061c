/** Splits a command line into words and quotes, as a shell would. Expands nothing and starts no shell. */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:[^\s"']+|"(?:\\.|[^"\\])*"|'[^']*')+/g))
    words.push(
      match[0].replace(
        /"((?:\\.|[^"\\])*)"|'([^']*)'/g,
        (_, double?: string, single?: string) => single ?? (double ?? '').replace(/\\(["\\])/g, '$1'),
      ),
    );
  const quotes = line.replace(/\\./g, '').replace(/"[^"]*"|'[^']*'/g, '');
  if (/["']/.test(quotes)) throw new Error('expected every quote to be closed');
  if (words.length === 0) throw new Error('expected a program and its arguments');
  return words;
}
