import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const folders = readdirSync(join(root, 'actions')).filter((name) => name !== 'release');
const files = ['action.yml', ...folders.map((name) => `actions/${name}/action.yml`)];

/** Every text in a document, with its path. */
function texts(node: unknown, path: string[] = []): [string, string][] {
  if (typeof node === 'string') return [[path.join('.'), node]];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => texts(value, [...path, key]));
}

/** The runner evaluates expressions in every text and refuses to load an action that has one anywhere else (trial 6.1). */
test.each(files)('%s has expressions only where a runner takes them', (file) => {
  const manifest = parse(readFileSync(join(root, file), 'utf8'));
  if (manifest.runs.using === 'composite') return;
  const withExpression = texts(manifest).filter(([, text]) => text.includes('${{'));
  for (const [path, text] of withExpression) {
    expect(path).toMatch(/^inputs\.\w+\.default$/);
    expect(text).toMatch(/^\$\{\{ (github\.token|job\.check_run_id) \}\}$/);
  }
  // Any other default is the action's own. A second one in action.yml could differ.
  const defaults = Object.values<{ default?: string }>(manifest.inputs).filter((input) => 'default' in input);
  expect(defaults).toHaveLength(withExpression.length);
});
