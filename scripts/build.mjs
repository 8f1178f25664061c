// Builds dist/ from src/: tsc emits JavaScript, ncc bundles it, terser minifies the chunks that ncc leaves as they are.
// Wipes dist/ first. `--out DIR` writes elsewhere and leaves dist/ alone.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import { root } from './find-node24.mjs';

/** Each becomes a file of its own in dist/: the actions, and what runs in a worker thread. */
const entries = [{ source: 'index.js', output: 'index.js' }];

const at = process.argv.indexOf('--out');
const out = resolve(at > 0 ? process.argv[at + 1] : join(root, 'dist'));
// Inside the repository, so that bare imports resolve and paths in the bundle do not depend on the machine.
mkdirSync(join(root, 'build'), { recursive: true });
const build = at > 0 ? mkdtempSync(join(root, 'build', 'out-')) : join(root, 'build', 'main');
if (at < 0) rmSync(build, { recursive: true, force: true });

execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(root, 'scripts/tsconfig.build.json'),
    '--outDir',
    build,
  ],
  { cwd: root, stdio: 'inherit' },
);

rmSync(out, { recursive: true, force: true });
const write = (name, content) => {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), content);
};
for (const { source, output } of entries) {
  const { code, assets } = await ncc(join(build, source), {
    cache: false,
    minify: false,
    quiet: true,
    target: 'es2023',
  });
  const files = { [output]: code };
  for (const [name, asset] of Object.entries(assets))
    if (/\.(c?js|json)$/.test(name)) files[name] = asset.source.toString();
  for (const [name, content] of Object.entries(files)) {
    const isScript = /\.c?js$/.test(name);
    write(
      name,
      isScript
        ? (await minify(content, { ecma: 2020, compress: { passes: 1 }, mangle: true })).code
        : content,
    );
  }
}
if (at > 0) rmSync(build, { recursive: true, force: true });
console.log(`built ${out}`);
