import { logText } from '../domain/text/safe-text.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import { RemoteError } from './remote-error.ts';

/** A quota that is free again only tomorrow. */
const daily = /per ?day|daily/i;

/** True if Google refused a call because a quota is used up that is not free again within minutes, so waiting is no use. */
export function isLastingQuota(error: unknown): boolean {
  if (!(error instanceof RemoteError) || error.status !== 429) return false;
  const { metadata = {} } = error.facts ?? {};
  return daily.test(`${metadata.quota_limit ?? ''} ${metadata.quota_metric ?? ''} ${error.remoteMessage}`);
}

/** Says once, at the first refusal, that a call waits for a quota, which one, and for how long. */
export class QuotaWait {
  readonly #log: Pick<Log, 'line'>;
  readonly #clock: Clock;
  readonly #deadline: number;
  #told = false;

  /** @param deadline when the call gives up, in milliseconds since the epoch */
  constructor(log: Pick<Log, 'line'>, clock: Clock, deadline: number) {
    this.#log = log;
    this.#clock = clock;
    this.#deadline = deadline;
  }

  refused(error: unknown): void {
    if (this.#told || !(error instanceof RemoteError) || error.status !== 429) return;
    this.#told = true;
    const seconds = Math.max(0, Math.round((this.#deadline - this.#clock.steady()) / 1000));
    const said = logText(error.remoteMessage || 'Google does not say which', 300);
    this.#log.line(`  Waiting for a quota of ${error.api}, at most ${seconds} s: ${said}`);
  }
}
