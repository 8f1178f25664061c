import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifests } from './tables/actions.ts';
import { inputsByGroup } from './tables/describe.ts';
import { fillPage } from './tables/fill.ts';
import { inputTable, inputTables, outputTable } from './tables/markdown.ts';

const root = join(import.meta.dirname, '..', '..');

/** Writes the tables of every README. The page of the workflow has only the inputs that most people need. */
export function generate(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { action, outputs } of manifests) {
    const path = `actions/${action}/README.md`;
    const text = fillPage(
      readFileSync(join(root, path), 'utf8'),
      'inputs',
      inputTables(inputsByGroup(action)),
    );
    files[path] = fillPage(text, 'outputs', outputTable(outputs));
    if (action !== 'release') continue;
    const essential = inputsByGroup(action)
      .flatMap(({ inputs }) => inputs)
      .filter((input) => input.essential);
    const page = 'docs/release/workflow.md';
    files[page] = fillPage(readFileSync(join(root, page), 'utf8'), 'inputs', inputTable(essential));
  }
  return files;
}
