// Runs the given arguments on Node 24, the runtime of the actions: the platform package from the
// lockfile, or the Node at hand where that is new enough. `node scripts/node24.mjs FILE [ARG ...]`
import { spawn } from 'node:child_process';
import { node24 } from './find-node24.mjs';

const child = spawn(node24(), ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm passes a signal to its shell, which dies of it without telling us: a new parent means that we are to end.
const parent = process.ppid;
if (process.env.npm_lifecycle_event)
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref();
child.on('error', (error) => {
  console.error(`Node 24 could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
