import { startSandbox } from './index.ts';
import { parseOptions, usage } from './options.ts';

/**
 * `npm run sandbox` prints one JSON line when it is ready and runs until SIGINT or SIGTERM. If it cannot start, it prints
 * one sentence on standard error.
 */
function reason(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message: string };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Choose another one with --ports NAME=PORT, or leave the option out to get a free port.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}. Choose a port above 1023.`;
  return message;
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  let ended = false;
  let stop: (() => Promise<void>) | undefined;
  const end = async (code: number) => {
    if (ended) return;
    ended = true;
    await stop?.();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  // The reader of standard output is gone, so nothing would stop the sandbox.
  process.stdout.on('error', () => void end(0));
  if (argv.includes('--until-stdin-ends'))
    process.stdin
      .on('end', () => void end(0))
      .on('error', () => void end(0))
      .resume();
  const sandbox = await startSandbox(parseOptions(argv));
  stop = sandbox.stop;
  if (ended) {
    await sandbox.stop();
    return;
  }
  const { ready, project, region, control, env } = sandbox;
  process.stdout.write(`${JSON.stringify({ ready, project, region, control, env })}\n`);
}

main().catch((error: unknown) => {
  // Setting exitCode is not enough: with --until-stdin-ends, the open standard input keeps the process alive.
  process.stderr.write(`The sandbox did not start: ${reason(error)}\n`, () => process.exit(1));
});
