// Loaded with --import: kills this process with SIGKILL right before its Nth call that changes a file under the
// temporary folder, or right after it (KILL_AT=N, KILL_AFTER=1). Says on standard error how many such calls there were
// when nothing was killed. ONCE_WRITTEN=kill kills it as soon as a credentials file is complete, ONCE_WRITTEN=fail lets
// the next call fail as on a full disk.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';

const at = Number(process.env.KILL_AT);
const onceWritten = process.env.ONCE_WRITTEN;
const after = process.env.KILL_AFTER === '1';
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
    // Node's own functions call one another.
    if (inside || !counts) return original(...args);
    const mine = ++calls === at;
    if (written) {
      written = false;
      if (onceWritten === 'kill') process.kill(process.pid, 'SIGKILL');
      if (onceWritten === 'fail') throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    }
    if (mine && !after) process.kill(process.pid, 'SIGKILL');
    inside = true;
    let result;
    try {
      result = original(...args);
    } finally {
      inside = false;
    }
    if (name === 'openSync') opened.set(result, args[0]);
    if (name === 'closeSync') written = /gha-creds-[^/]*$/.test(opened.get(args[0]));
    if (mine) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
syncBuiltinESMExports();
process.on('exit', () => process.stderr.write(`file calls: ${calls}\n`));
