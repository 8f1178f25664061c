// Builds dist/ from src/: tsc emits build/, ncc bundles it. Wipes dist/ first; `--out DIR` writes elsewhere.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ncc from '@vercel/ncc';
import { root } from './find-node24.mjs';

const at = process.argv.indexOf('--out');
const out = resolve(at > 0 ? process.argv[at + 1] : join(root, 'dist'));
const build = join(root, 'build');
rmSync(build, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'scripts/tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});

async function bundle(entry) {
  return ncc(join(build, entry), { cache: false, minify: true, quiet: true, target: 'es2023' });
}

rmSync(out, { recursive: true, force: true });
const write = (name, content) => {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), content);
};
for (const [entry, name] of [['index.js', 'index.js']]) {
  const { code, assets } = await bundle(entry);
  write(name, code);
  for (const [file, { source }] of Object.entries(assets)) if (/\.(c?js|json)$/.test(file)) write(file, source);
}
console.log(`built ${out}`);
