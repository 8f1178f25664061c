/**
 * Compares this project with foreign tools and clients, each as a whole: `npm run peers`, or `npm run peers -- cel openslo`.
 * A peer is a folder below test/peers with a program `whole.ts`. It prints what it counted and exits 1 if something
 * differs; it exits 0 and says so if the foreign tool is not installed. CI runs the tests beside it, on a sample.
 * `--write` makes a peer that keeps a table of facts write it again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../test/peers');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const peers = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'whole.ts')));
const strange = wanted.filter((name) => !peers.includes(name));
if (strange.length > 0) {
  console.error(`No peer is named ${strange.join(', ')}. There are ${peers.join(', ')}.`);
  process.exit(1);
}

const failed: string[] = [];
for (const name of wanted.length > 0 ? wanted : peers) {
  console.log(`== ${name}`);
  const began = performance.now();
  const { status } = spawnSync(
    process.execPath,
    ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(folder, name, 'whole.ts'), ...options],
    { stdio: 'inherit' },
  );
  console.log(`== ${name} took ${Math.round((performance.now() - began) / 1000)} s`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Different: ${failed.join(', ')}.`);
  process.exit(1);
}
