import { randomUUID } from 'node:crypto';
import type { RunNames } from '../domain/errors/facts.ts';
import type { Rest } from '../http/rest.ts';
import { type Environment, InputReader } from '../inputs/reader.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { LocalLogin } from '../steps/ports/tokens.ts';
import { createClock } from './clock.ts';
import type { Secrets } from './secrets.ts';

/** What an action gets: plain data, and the few functions that reach the runner. */
export interface Context {
  inputs: InputReader;
  env: Environment;
  log: Log;
  clock: Clock;
  /** Tells the clock by how many milliseconds the machine is ahead of Google. Counts once. */
  correctClock(aheadMs: number): void;
  /** Tells the clock how long the machine slept. */
  wakeClock(behindMs: number): void;
  /** Aborted by SIGINT or SIGTERM. The reason is a `ReleaseError` with the code `cancelled`. */
  signal: AbortSignal;
  secrets: Secrets;
  /** Eight random hex digits that identify this process in logs and user agents. */
  id: string;
  /** When the action began, by `clock.steady`. */
  startedAt: number;
  /** What the action knows about itself, for repairs. `names` is called only after a failure. */
  about: { names: () => RunNames };
  /** The client of Google Cloud, once the action has logged in. What explains a failure asks with it. */
  google?: Rest | undefined;
  /** The login of a person's machine. Only the command line sets it. */
  localLogin?: LocalLogin | undefined;
  /** True for the command line: there is no runner that reads workflow commands. */
  onTerminal?: true;
  /** Saves a value for the post step of this step (`GITHUB_STATE`). */
  saveState(name: string, value: string): void;
  /** Reads what the main step saved; empty if it saved nothing. */
  state(name: string): string;
}

/** What the runner says about the run. Everybody who sees the run sees it, so it stays readable. */
const publicVariables = [
  'GITHUB_API_URL',
  'GITHUB_ACTOR',
  'GITHUB_REF',
  'GITHUB_REPOSITORY',
  'GITHUB_SERVER_URL',
  'GITHUB_SHA',
  'GITHUB_WORKFLOW_REF',
  'GITHUB_WORKSPACE',
  'RUNNER_TEMP',
];

export function createContext(
  env: Environment,
  parts: Pick<Context, 'log' | 'signal' | 'secrets' | 'saveState' | 'state'>,
): Context {
  for (const name of publicVariables) parts.secrets.show(env[name] ?? '');
  const clock = createClock();
  return {
    ...parts,
    inputs: new InputReader(env, parts.secrets.add, parts.secrets),
    env,
    clock,
    correctClock: clock.correct,
    wakeClock: clock.wake,
    id: randomUUID().slice(0, 8),
    startedAt: clock.steady(),
    about: { names: () => ({}) },
  };
}
