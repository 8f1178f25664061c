/**
 * Runs a program that is not Node in the place of a container. It picks the port, watches until the program listens there,
 * and tells the sandbox, as `preload.mjs` does inside of a Node process. It ends with the program, and the program with it.
 */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const [, , command, ...args] = process.argv;

const free = await new Promise((resolve, reject) => {
  const probe = createServer().once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PORT: String(free) } });
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
// The sandbox sends its signals to the whole group, so the program has them too.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => undefined);
process.on('disconnect', () => {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
    process.exit(0);
  }
});

const listens = () =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: free })
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
while (!(await listens())) await new Promise((resolve) => setTimeout(resolve, 25));
process.send?.({ port: free });
