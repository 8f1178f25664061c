// Builds dist/ from src/: tsc emits JavaScript, ncc bundles it with the licences of what it bundles, the chunks get names,
// and terser minifies them. Wipes dist/ first. `--out DIR` writes elsewhere and leaves dist/ alone.
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import { chunkMap, entryParts, nameChunks, useNames } from './build/chunks.mjs';
import { ignoredByNpm } from './build/command-line.mjs';
import { entryFile, runLate } from './build/lazy.mjs';
import { narrowPackages } from './build/narrow.mjs';
import { shareModules } from './build/share.mjs';
import { root } from './find-node24.mjs';

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

// webpack numbers modules by their paths, and it follows links.
if (lstatSync(join(root, 'node_modules')).isSymbolicLink())
  console.error('node_modules is a link, so this bundle works but differs from the one to commit.');

narrowPackages(build, join(root, 'node_modules'));

const write = (name, content) => {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), content);
};
const { code, assets, stats } = await ncc(join(build, 'index.js'), {
  cache: false,
  minify: false,
  quiet: true,
  target: 'es2023',
  license: 'licenses.txt',
});
const listed = stats.toJson({
  all: false,
  chunks: true,
  chunkModules: true,
  chunkOrigins: true,
  modules: true,
  nestedModules: true,
  nestedModulesSpace: Number.POSITIVE_INFINITY,
  chunkModulesSpace: Number.POSITIVE_INFINITY,
  modulesSpace: Number.POSITIVE_INFINITY,
  ids: true,
  dependentModules: true,
  groupModulesByType: false,
  groupModulesByAttributes: false,
  groupModulesByCacheStatus: false,
  groupModulesByPath: false,
  groupModulesByExtension: false,
});
const named = nameChunks(listed);
const scripts = Object.fromEntries(named.map(({ file }) => [file, assets[file].source.toString()]));
const { files, chunks: shared } = shareModules(useNames({ 'index.js': code, ...scripts }, named), named);
const chunks = [{ name: entryFile, parts: entryParts(listed) }, ...shared].sort((a, b) =>
  a.name < b.name ? -1 : 1,
);
const known = new Set(['licenses.txt', ...named.map(({ file }) => file)]);
const left = Object.keys(assets).filter((name) => /\.(c?js|json)$/.test(name) && !known.has(name));
for (const name of left) files[name] = assets[name].source.toString();
rmSync(out, { recursive: true, force: true });
const minified = async (text) =>
  (await minify(text, { ecma: 2020, compress: { passes: 1 }, mangle: true })).code;
const late = await runLate(files, chunks, minified);
const done = new Set(chunks.map(({ name }) => name));
const sizes = {};
for (const [name, content] of Object.entries(late)) {
  const small = /\.c?js$/.test(name) && !done.has(name) ? await minified(content) : content;
  sizes[name] = Buffer.byteLength(small);
  write(name, small);
}
// The command line. npm needs the right to execute it only where it makes no link itself.
write('cli.js', "#!/usr/bin/env node\nrequire('./index.js').cli();\n");
chmodSync(join(out, 'cli.js'), 0o755);
write('.npmignore', ignoredByNpm(files));
write('licenses.txt', assets['licenses.txt'].source.toString());
write('README.md', chunkMap(chunks, sizes));
if (at > 0) rmSync(build, { recursive: true, force: true });
console.log(`built ${out}`);
