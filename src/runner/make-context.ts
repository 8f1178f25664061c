import type { RunNames } from '../domain/errors/facts.ts';
import type { ActionReader, Environment } from '../inputs/action-reader.ts';
import type { Log } from '../steps/ports/log.ts';
import { createClock } from './clock.ts';
import type { Secrets } from './secrets.ts';

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

/** Tells one run from another in records, names and logs. It guards nothing, so it does not load `node:crypto`, a sixth of Node's own start. */
const newId = () =>
  Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** What an action gets from the runner. */
export interface Parts {
  log: Log;
  /** Aborted by SIGINT or SIGTERM. The reason is a `ReleaseError` with the code `cancelled`. */
  signal: AbortSignal;
  secrets: Secrets;
  /** Saves a value for the post step of this step (`GITHUB_STATE`). */
  saveState(name: string, value: string): void;
  /** Reads what the main step saved; empty if it saved nothing. */
  state(name: string): string;
}

export function makeContext(env: Environment, inputs: ActionReader, parts: Parts) {
  for (const name of publicVariables) parts.secrets.show(env[name] ?? '');
  const clock = createClock();
  return {
    ...parts,
    inputs,
    env,
    clock,
    correctClock: clock.correct,
    wakeClock: clock.wake,
    id: newId(),
    startedAt: clock.steady(),
    about: { names: (): RunNames => ({}) },
  };
}
