// Runs a file on Node 24, the runtime of the actions: on the lockfile's platform package, or on the current Node if that is
// new enough. Usage: `node scripts/node24.mjs FILE [ARG ...]`
import { spawn } from 'node:child_process';
import { node24 } from './find-node24.mjs';

const child = spawn(node24(), ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm sends a signal only to its shell, which dies and does not pass it on. If this process gets a new parent, it must end.
const parent = process.ppid;
if (process.env.npm_lifecycle_event)
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref();
child.on('error', (error) => {
  console.error(`Node 24 could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
