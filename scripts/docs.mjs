// Writes the generated documentation: every scripts/docs/*.ts returns files and their texts. With `--check` it writes
// nothing and fails if a file is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './find-node24.mjs';

const check = process.argv.includes('--check');
const stale = [];

const folder = join(root, 'scripts/docs');
// Translations follow the English pages, so they come last.
const last = 'translations.ts';
const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== last);
for (const file of [...files.sort(), last]) {
  const { generate } = await import(pathToFileURL(join(folder, file)).href);
  for (const [path, text] of Object.entries(await generate())) {
    const full = join(root, path);
    if (existsSync(full) && readFileSync(full, 'utf8') === text) continue;
    if (check) stale.push(path);
    else writeFileSync(full, text);
  }
}

if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run docs".`);
  process.exit(1);
}
console.log(check ? 'documentation is fresh' : 'documentation written');
