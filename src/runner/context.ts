import type { RunNames } from '../domain/errors/facts.ts';
import type { Rest } from '../http/rest.ts';
import type { ActionReader, Environment } from '../inputs/action-reader.ts';
import { InputReader } from '../inputs/reader.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { LocalLogin } from '../steps/ports/tokens.ts';
import { makeContext, type Parts } from './make-context.ts';

/** What an action gets: plain data, and the few functions that reach the runner. */
export interface Context extends Parts {
  inputs: ActionReader;
  env: Environment;
  clock: Clock;
  /** Tells the clock by how many milliseconds the machine is ahead of Google. Counts once. */
  correctClock(aheadMs: number): void;
  /** Tells the clock how long the machine slept. */
  wakeClock(behindMs: number): void;
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
}

/** The context of an action that may read every input, as on the command line. */
export const createContext = (env: Environment, parts: Parts): Context =>
  makeContext(env, new InputReader(env, parts.secrets.add, parts.secrets), parts);
