// Loaded with --import: kills this process with SIGKILL right before its Nth call that changes a file under the
// temporary folder, or right after it (KILL_AT=N, KILL_AFTER=1). Says on standard error how many such calls there were
// when nothing was killed. With FAIL_AT=N the Nth call fails as on a full disk instead.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';

const at = Number(process.env.KILL_AT);
const failAt = Number(process.env.FAIL_AT);
const after = process.env.KILL_AFTER === '1';
const opened = new Set();
let calls = 0;
let inside = false;
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
    if (calls === failAt) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    if (mine && !after) process.kill(process.pid, 'SIGKILL');
    inside = true;
    let result;
    try {
      result = original(...args);
    } finally {
      inside = false;
    }
    if (name === 'openSync') opened.add(result);
    if (mine) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
syncBuiltinESMExports();
process.on('exit', () => process.stderr.write(`file calls: ${calls}\n`));
