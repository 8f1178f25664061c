import { connect, createServer } from 'node:net';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { filePrefix } from '../../domain/product.ts';
import { commandEnvironment } from '../../domain/smoke/command-environment.ts';
import type { Context } from '../../runner/context.ts';
import { type CommandOptions, type SupervisedCommand, startCommand } from './supervised-command.ts';

/** A function on this machine that a command of the user serves. */
export interface LocalFunction extends Pick<SupervisedCommand, 'isolation' | 'printed' | 'stop'> {
  url: string;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => done(true))
      .once('error', () => done(false))
      .once('timeout', () => done(false));
  });

/** Starts a command with `PORT` set and waits until it listens there. Throws `smoke-target` if it does not. */
export async function startLocal(
  context: Context,
  argv: readonly string[],
  options: Pick<CommandOptions, 'folder' | 'isolation'> & { readyMs: number; inherit: readonly string[] },
): Promise<LocalFunction> {
  const { clock, log, signal, secrets } = context;
  const { folder, isolation } = options;
  const port = await freePort();
  const treeId = `${filePrefix}${context.id}-`;
  const { env, withheld } = commandEnvironment(
    context.env,
    options.inherit,
    (value) => secrets.redact(value) !== value,
  );
  const command = await startCommand(context, argv, {
    ...{ folder, isolation, treeId },
    env: { ...env, PORT: String(port) },
  });
  try {
    const until = clock.steady() + options.readyMs;
    while (!(await isOpen(port))) {
      const exitCode = command.exitCode();
      const why =
        exitCode !== undefined
          ? `It ended with exit code ${exitCode} before it listened on port ${port} (PORT).`
          : clock.steady() >= until
            ? `It did not listen on port ${port} (PORT) within ${options.readyMs / 1000} s.`
            : undefined;
      if (why !== undefined) {
        log.detail('Last lines of the command', command.printed().slice(-50));
        if (withheld.length > 0)
          log.detail(
            'Variables of this job that the command did not get (inherit_env can name them)',
            withheld,
          );
        throw new ReleaseError('smoke-target', {
          what: `The command ${argv[0]} did not start a function.`,
          why,
          fix: `Run the same command by hand with PORT=8080. It must listen on that port. ${asWhom(command.isolation)}`,
        });
      }
      await clock.sleep(100, signal);
    }
  } catch (error) {
    await command.stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    printed: command.printed,
    stop: command.stop,
    isolation: command.isolation,
  };
}

/** A command that works by hand can fail here, because it runs as another user or lacks a variable. */
function asWhom({ method, uid }: SupervisedCommand['isolation']): string {
  const user = method === 'none' || uid === process.getuid?.() ? '' : ` as the user ${uid}`;
  const place = method === 'none' ? '' : ` isolated from the job${user} and`;
  return `Here it ran${place} with few variables of the job; the inputs inherit_env${place && ' and isolation'} change that.`;
}
