import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import { proxySecrets } from '../domain/proxy/proxy.ts';
import type { ActionName } from '../domain/report/report.ts';
import { lastLineOf } from '../domain/report/words.ts';
import { closeConnections } from '../http/send.ts';
import { ActionReader } from '../inputs/action-reader.ts';
import { loadInputs } from '../inputs/own.ts';
import type { Action, Finished } from './action.ts';
import { createCommands } from './commands.ts';
import type { Context } from './context.ts';
import { failed } from './failure.ts';
import { finish, type Later } from './finish.ts';
import { createLog } from './log.ts';
import { makeContext } from './make-context.ts';
import { keepRunningWithoutLog } from './output.ts';
import { refuseUnsafeRunner } from './refuse-runner.ts';
import { createSecrets } from './secrets.ts';

/**
 * The one place where an action meets the runner. Signals become an AbortSignal, and the report becomes outputs,
 * summary, annotation, last log line and exit code. An exception becomes a report too.
 */
export async function runAction<Name extends ActionName>(
  name: Name,
  action: Action<Name>,
  { step = 'main', ...later }: { step?: 'main' | 'post' | undefined } & Later,
): Promise<void> {
  const env = process.env;
  keepRunningWithoutLog();
  // The exit code means failure until the very end, because an action whose report cannot be written has not succeeded.
  process.exitCode = 1;
  const commands = createCommands(env, (text) => process.stdout.write(text));
  const secrets = createSecrets(commands.setSecret);
  const log = createLog(secrets, commands);
  const signal = cancelSignal();
  // If several calls fail at once, the first failure is the report's. Node would print the others without redaction.
  process.on('unhandledRejection', (reason) => log.debug(`also failed: ${messageOf(reason)}`));
  // An error in a callback must not end a release halfway, nor let Node print it with our sources and the user's values. If standard
  // output is gone, there is nothing to tell it to.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'write')
      log.warning(`An error was caught outside of the action: ${messageOf(error)}`);
  });
  if (env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) secrets.add(env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
  for (const secret of proxySecrets(env)) secrets.add(secret);

  const { saveState, getState: state } = commands;
  const inputs = new ActionReader(await loadInputs(name, env), env, secrets.add, secrets);
  const context: Context = makeContext(env, inputs, { log, signal, secrets, saveState, state });
  let finished: Finished<Name>;
  try {
    // A post step runs on the Node that its main step ran on.
    if (step === 'main') refuseUnsafeRunner(env, process.versions.node);
    finished = await action(context);
  } catch (error) {
    finished = failed(name, error, context);
  }
  try {
    await finish(finished, context, commands, step, later);
  } catch (error) {
    process.exitCode = 1;
    log.warning(
      `This step counts as failed, because its result could not be written: ${messageOf(error)}. The result was: ${lastLineOf(finished.report)}`,
    );
  }
  closeConnections();
}

/** Aborted by the first SIGINT or SIGTERM. */
function cancelSignal(): AbortSignal {
  const abort = new AbortController();
  const onSignal = (signal: NodeJS.Signals) =>
    abort.abort(new ReleaseError('cancelled', { what: `The run was cancelled (${signal}).` }));
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return abort.signal;
}
