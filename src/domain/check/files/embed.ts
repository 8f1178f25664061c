import type { YamlText } from '../../yaml/node.ts';
import { blockOf, type Embedded, joinedOf, lineOf } from './embedded.ts';

/** The text of a scalar, with the place of each of its characters in the file. */
export function embed(file: string, source: string, node: YamlText): Embedded {
  if (node.style === 'literal') {
    const lines = source.slice(node.offset, node.end).split('\n').slice(1);
    const first = lines.find((line) => line.trim() !== '') ?? '';
    const own = /^ */.exec(first)?.[0].length ?? 0;
    const value = node.text.split('\n').find((line) => line.trim() !== '') ?? '';
    const indent = own - (/^ */.exec(value)?.[0].length ?? 0);
    return blockOf(file, node.text, node.line + 1, indent);
  }
  const raw = source.slice(node.offset, node.end);
  if (node.style !== 'folded' && !raw.includes('\n'))
    return lineOf(file, node.text, node.line, node.column + (node.style === 'quoted' ? 1 : 0));
  const lines = raw.split('\n').map((line, index) => {
    const indent = index === 0 && node.style !== 'folded' ? 0 : (/^\s*/.exec(line)?.[0].length ?? 0);
    return {
      text: line.slice(indent).trimEnd(),
      line: node.line + index,
      column: (index === 0 ? node.column : 1) + indent,
    };
  });
  return joinedOf(file, node.text, node.style === 'folded' ? lines.slice(1) : lines);
}
