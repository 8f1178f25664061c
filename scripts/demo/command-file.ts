import { readFileSync } from 'node:fs';

/**
 * Reads what a step has written into GITHUB_OUTPUT or a similar file. An entry is either `name=value` or `name<<delimiter`,
 * followed by the lines of the value and the delimiter.
 */
export function readCommandFile(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = readFileSync(path, 'utf8').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    if (block) {
      const value: string[] = [];
      while (lines[++i] !== block[2] && i < lines.length) value.push(lines[i] as string);
      values[block[1] as string] = value.join('\n');
    } else if (line.includes('='))
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return values;
}
