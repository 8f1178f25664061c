import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifests } from './tables/actions.ts';
import { inputsByGroup } from './tables/describe.ts';
import { inputTable, inputTables, outputTable } from './tables/markdown.ts';

const root = join(import.meta.dirname, '..', '..');

/** Replaces the text between `<!-- part:begin -->` and `<!-- part:end -->`. */
function fill(text: string, part: string, content: string): string {
  const [begin, end] = [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no place for ${part}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

/** Writes the tables of every README. The root README has only the inputs that most people need. */
export function generate(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { action, outputs } of manifests) {
    const path = `actions/${action}/README.md`;
    const text = fill(readFileSync(join(root, path), 'utf8'), 'inputs', inputTables(inputsByGroup(action)));
    files[path] = fill(text, 'outputs', outputTable(outputs));
    if (action !== 'release') continue;
    const essential = inputsByGroup(action)
      .flatMap(({ inputs }) => inputs)
      .filter((input) => input.essential);
    const front = fill(readFileSync(join(root, 'README.md'), 'utf8'), 'inputs', inputTable(essential));
    files['README.md'] = fill(front, 'outputs', outputTable(outputs));
  }
  return files;
}
