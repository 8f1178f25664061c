/**
 * The program that runs as a process between the action and the command of the user, in the place where the command will run. It
 * gets everything by its standard input, so that no secret is in its arguments or its environment:
 *
 * 1. It looks around and prints what it sees as one line of JSON.
 * 2. It reads one line of JSON: `{file, args, env, variable, answers}`, and starts that command in its own process group. What the command
 *    prints goes to standard error, or with `answers` to standard output, after the line of step 1.
 * 3. If the input ends, because the action stops the command or was killed, it ends the command and everything that the command started:
 *    first with SIGTERM, after three seconds with SIGKILL.
 *
 * In a namespace it is process 1, so the kernel kills all other processes when it ends.
 */
export const supervisor = `
const { spawn, spawnSync } = require('node:child_process');
const { signals } = require('node:os').constants;
const { readFileSync, readdirSync, accessSync, constants } = require('node:fs');
const windows = process.platform === 'win32';
const attempt = (work, otherwise) => { try { return work(); } catch { return otherwise; } };
const own = String(process.pid);
const processes = () => attempt(() => readdirSync('/proc'), []).filter((name) => /^\\d+$/.test(name) && name !== own);
const environ = (id) => attempt(() => readFileSync('/proc/' + id + '/environ', 'latin1'), '');
const status = attempt(() => readFileSync('/proc/self/status', 'utf8'), undefined);
process.stdout.on('error', () => {});
process.stdout.write(JSON.stringify({
  readable: status === undefined ? 1 : processes().filter((id) => environ(id) !== '').length,
  powerless: status === undefined ? false : /^CapEff:\\s*0+$/m.test(status),
  uid: process.getuid ? process.getuid() : -1,
  canRead: attempt(() => { accessSync('.', constants.R_OK | constants.X_OK); process.cwd(); return true; }, false),
}) + '\\n');
let child, tree, ending = false, line = '';
const strays = () => processes().filter((id) => environ(id).split('\\0').includes(tree)).map(Number);
const signal = (name) => {
  for (const id of [-child.pid, ...strays()]) attempt(() => process.kill(id, name));
};
const runs = () => (child.exitCode === null && child.signalCode === null) || strays().length > 0;
const end = () => {
  if (ending) return;
  ending = true;
  if (!child || !child.pid) process.exit(1);
  if (windows) { spawnSync('taskkill', ['/T', '/F', '/PID', String(child.pid)]); process.exit(1); }
  signal('SIGTERM');
  let looks = 0;
  const look = () => {
    const left = runs();
    if (!left || looks >= 60) signal('SIGKILL');
    if (!left || looks++ > 80) process.exit(1);
    setTimeout(look, 50);
  };
  look();
};
const start = ({ file, args, env, variable, answers }) => {
  tree = variable + '=' + env[variable];
  child = spawn(file, args, { env, stdio: ['ignore', answers ? 1 : 2, 2], detached: !windows, windowsHide: true });
  child.on('error', (error) => { console.error(error.message); process.exit(127); });
  child.on('exit', (code, name) => { if (!ending) process.exitCode = code ?? 128 + (signals[name] ?? 0), process.stdin.destroy(); });
};
process.on('SIGTERM', end).on('SIGINT', end);
process.stdin.setEncoding('utf8').on('data', (text) => {
  if (child) return;
  line += text;
  if (line.includes('\\n')) start(JSON.parse(line));
}).on('end', end).on('error', end);
`;
