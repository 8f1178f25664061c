import { messageOf } from '../../domain/errors/errors.ts';
import { beginSnooze, endSnooze, type Snoozed } from '../../gcp/monitoring/snooze.ts';
import type { Rest } from '../../http/rest.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleaseStages } from '../../steps/release/ports.ts';

const mostWaitMs = 15_000;

/**
 * Silences the alerts of the SLO from the first watched step on, because the release itself handles what they would tell. Neither
 * a refusal nor a dead Cloud Monitoring fails a release: then somebody is paged once too often.
 */
export function snoozing(
  { log, clock }: Pick<Context, 'log' | 'clock'>,
  rest: Rest,
  place: { project: string; slo: string; service: string },
) {
  let begun = false;
  let snoozed: Snoozed | undefined;

  async function begin(signal: AbortSignal): Promise<void> {
    if (begun) return;
    begun = true;
    try {
      // The users of the canary wait for the watch, so a slow answer is not waited for.
      const limited = AbortSignal.any([signal, AbortSignal.timeout(mostWaitMs)]);
      await beginSnooze(rest, { ...place, now: clock.now() }, (made) => (snoozed = made), limited);
      if (snoozed === undefined)
        log.line(`No alert policy of the SLO ${place.slo} is there to be snoozed. actions/slo makes them.`);
      else
        log.line(
          `${snoozed.policies} alert policies of ${place.service} are snoozed until this release ends, at most until ${new Date(snoozed.until).toISOString()}.`,
        );
    } catch (error) {
      if (signal.aborted) return;
      log.warning(`The alerts could not be snoozed, so they may fire: ${messageOf(error)}`);
    }
  }

  return {
    /** The same stages, with the snooze before the first watch. */
    around: (stages: ReleaseStages): ReleaseStages => {
      const { watch } = stages;
      if (!watch) return stages;
      return {
        ...stages,
        watch: async (target, signal) => {
          await begin(signal);
          return watch(target, signal);
        },
      };
    },
    /** Ends the snooze. A cancelled release ends it too, so it takes no signal of the run. */
    async end(): Promise<void> {
      if (snoozed === undefined || clock.now() >= snoozed.until) return;
      try {
        await endSnooze(rest, snoozed, clock.now(), AbortSignal.timeout(mostWaitMs));
      } catch (error) {
        log.warning(
          `The snooze of the alerts could not be ended and lasts until ${new Date(snoozed.until).toISOString()}: ${messageOf(error)}`,
        );
      }
    },
  };
}
