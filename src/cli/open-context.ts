import { setMaxListeners } from 'node:events';
import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import { userAgent } from '../domain/product.ts';
import { proxySecrets } from '../domain/proxy/proxy.ts';
import { openLocalLogin } from '../gcp/login/local/local-login.ts';
import { endpoints } from '../http/endpoints.ts';
import { createRest } from '../http/rest.ts';
import { type Context, createContext } from '../runner/context.ts';
import { createSecrets } from '../runner/secrets.ts';
import type { LocalLogin } from '../steps/ports/tokens.ts';
import { terminalLog } from './terminal/log.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { ActionLogin } from './verb.ts';

/** Makes contexts for a verb: as an action's, but with flags in place of inputs, a terminal in place of the runner, and a local login. */
export function openContext(process: NodeJS.Process, given: NodeJS.ProcessEnv, terminal: Terminal) {
  const secrets = createSecrets(() => {});
  const log = terminalLog(terminal, secrets);
  const signal = interrupts(process, terminal);
  process.on('unhandledRejection', (reason) => log.debug(`also failed: ${messageOf(reason)}`));
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'write')
      log.warning(`An error was caught outside of the command: ${messageOf(error)}`);
  });
  for (const secret of proxySecrets(given)) secrets.add(secret);
  const contextFor = (inputs: Readonly<Record<string, string>>, { account, quiet }: ActionLogin): Context => {
    const env: NodeJS.ProcessEnv = {};
    // Inputs come from flags alone. A job that calls the command line has inputs of its own in its environment.
    for (const [name, value] of Object.entries(given)) if (!/^INPUT_/i.test(name)) env[name] = value;
    for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
    const context = createContext(env, {
      ...{ log, signal, secrets },
      saveState: () => {},
      state: () => '',
    });
    const rest = createRest({
      endpoints: endpoints(env),
      clock: context.clock,
      log,
      redact: secrets.redact,
      userAgent: userAgent(context.id, 'cli'),
      accessToken: () => Promise.reject(new Error('the login itself has no token')),
    });
    context.onTerminal = true;
    try {
      context.localLogin = openLocalLogin({
        ...{ env, rest, account, clock: context.clock, addSecret: secrets.add },
        tell: quiet ? log.debug : log.line,
      });
    } catch (error) {
      context.localLogin = unusable(error);
    }
    return context;
  };
  return { contextFor, secrets };
}

/** Credentials that cannot be used matter only to a verb that uses them. */
const unusable = (error: unknown): LocalLogin => ({
  from: 'this machine',
  member: () => undefined,
  access: () => Promise.reject(error),
  id: () => Promise.reject(error),
});

/** Aborted by the first Ctrl-C or SIGTERM, so that the work ends in order. The second one ends the process. */
function interrupts(process: NodeJS.Process, terminal: Terminal): AbortSignal {
  // Everything that a verb does at once listens to this signal or to one of its parts. Node 20 warns of more than ten.
  setMaxListeners(0);
  const abort = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (abort.signal.aborted) process.exit(130);
    terminal.note('Stopping. Press Ctrl-C again to stop at once.');
    abort.abort(new ReleaseError('cancelled', { what: `The command was interrupted (${name}).` }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return abort.signal;
}
