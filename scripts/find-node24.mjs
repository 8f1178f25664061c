import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Returns the path of a Node 24 binary: that of the lockfile's platform package, else this Node if it is new enough. */
export function node24() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(
    `This needs Node 24, but ${packaged} is missing and this Node is ${process.version}. Run "npm ci", or use Node 24 or later.`,
  );
  process.exit(1);
}
