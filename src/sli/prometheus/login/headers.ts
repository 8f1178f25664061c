import { custom } from '../../../domain/inputs/kind.ts';

/** Headers that the request itself sets, or that another input sets. */
const taken = new Set([
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'accept',
]);

/** Lines of `Name: value`. Messages never show a value. */
export const headerLines = custom(
  'lines of Name: value',
  (text) => {
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    for (const [index, line] of lines.entries()) {
      const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*)$/.exec(line) ?? [];
      if (!/^[\x20-\x7e]+$/.test(value)) throw new Error(`line ${index + 1}: expected Name: value`);
      if (taken.has(name.toLowerCase()))
        throw new Error(`line ${index + 1}: expected another header than ${name.toLowerCase()}`);
    }
    if (lines.length === 0) throw new Error('expected lines of Name: value');
    return lines;
  },
  'hidden',
);

/** The headers by their names in small letters. */
export const headersOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
