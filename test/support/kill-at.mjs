// Loaded with --import. KILL_AT=N kills this process with SIGKILL (or sends it KILL_SIGNAL) right before its Nth call that changes a file under the
// temporary folder; with KILL_AFTER=1, right after it. If nothing is killed, it prints the number of such calls on standard
// error. ONCE_WRITTEN=kill kills the process as soon as a credentials file is complete. ONCE_WRITTEN=fail makes the
// next call on the file of the outputs fail as on a full disk.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';

const at = Number(process.env.KILL_AT);
const onceWritten = process.env.ONCE_WRITTEN;
const after = process.env.KILL_AFTER === '1';
const signal = process.env.KILL_SIGNAL ?? 'SIGKILL';
const opened = new Map();
let calls = 0;
let inside = false;
let written = false;
for (const name of [
  'appendFileSync',
  'mkdirSync',
  'openSync',
  'writeSync',
  'closeSync',
  'writeFileSync',
  'unlinkSync',
  'rmdirSync',
]) {
  const original = fs[name];
  fs[name] = (...args) => {
    const counts = typeof args[0] === 'string' ? args[0].startsWith(tmpdir()) : opened.has(args[0]);
    // Node's own functions call each other, so nested calls must not count again.
    if (inside || !counts) return original(...args);
    const mine = ++calls === at;
    if (written && (onceWritten === 'kill' || args[0] === process.env.GITHUB_OUTPUT)) {
      written = false;
      if (onceWritten === 'kill') process.kill(process.pid, 'SIGKILL');
      if (onceWritten === 'fail') throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    }
    if (mine && !after) process.kill(process.pid, signal);
    inside = true;
    let result;
    try {
      result = original(...args);
    } finally {
      inside = false;
    }
    if (name === 'openSync') opened.set(result, args[0]);
    if (name === 'closeSync') written ||= /gha-creds-[^/]*$/.test(opened.get(args[0]));
    if (mine && after) process.kill(process.pid, signal);
    return result;
  };
}
syncBuiltinESMExports();
process.on('exit', () => process.stderr.write(`file calls: ${calls}\n`));
