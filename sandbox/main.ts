import { startSandbox } from './index.ts';
import { parseOptions, usage } from './options.ts';

/**
 * `npm run sandbox`: one JSON line when ready, then silence until SIGINT or SIGTERM. What goes wrong is one sentence on
 * standard error.
 */
function reason(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message: string };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use; choose another with --ports NAME=PORT, or leave it out for a free one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; choose one above 1023.`;
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
  // Whoever reads our line has gone: nobody would ever stop us.
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
  // Not exitCode alone: a standard input that is waited for would keep the process.
  process.stderr.write(`The sandbox did not start: ${reason(error)}\n`, () => process.exit(1));
});
