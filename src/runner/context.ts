import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Environment, InputReader } from '../inputs/reader.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { Secrets } from './secrets.ts';

/** What every action is handed: plain data and the few things that reach the runner. */
export interface Context {
  inputs: InputReader;
  env: Environment;
  log: Log;
  clock: Clock;
  /** Aborted by SIGINT and SIGTERM; the reason is a `cancelled` ReleaseError. */
  signal: AbortSignal;
  secrets: Secrets;
  /** Identifies this process in logs and user agents. */
  id: string;
  /** Milliseconds since the epoch when the action began. */
  startedAt: number;
  /** State for the post step of this very step (`GITHUB_STATE`). */
  saveState(name: string, value: string): void;
  state(name: string): string;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

export function createContext(
  env: Environment,
  parts: Pick<Context, 'log' | 'signal' | 'secrets' | 'saveState' | 'state'>,
): Context {
  return {
    ...parts,
    inputs: new InputReader(env, parts.secrets.add),
    env,
    clock: systemClock,
    id: randomUUID().slice(0, 8),
    startedAt: Date.now(),
  };
}
