import { messageOf, ReleaseError } from '../../../domain/errors/errors.ts';
import { limits } from '../../../domain/release/limits.ts';
import { pinTo, promote, splitTraffic } from '../../../domain/traffic/compose.ts';
import { closeRecord, type RecordPhase, type ReleaseRecord } from '../../../domain/traffic/record.ts';
import { percentOf, servingNow } from '../../../domain/traffic/serving.ts';
import type { TrafficTarget } from '../../../domain/traffic/traffic.ts';
import type { RunService } from '../../ports/services.ts';
import { changeTraffic, type Decide } from '../../traffic/change-traffic.ts';
import { settingsChanged } from '../../traffic/settings-back.ts';
import { stillOurs } from '../ours.ts';
import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';
import { recordOf, write } from '../write.ts';

/** The forward writes of a release: pin, shift, promote, hold. Each can be repeated. */

const writeMs = limits.write * 1000;

/** Pins the traffic to `before` by name. This also rehearses the rollback, which sends the same traffic. */
export async function pin(run: ReleaseRun): Promise<PhaseResult> {
  const { before } = run.found;
  if (before === undefined) return passed('a first release: nothing to pin');
  return write(
    run,
    {
      phase: 'building',
      traffic: (service) => pinTo(before.revision, service.traffic),
      action: `Pinned the traffic to ${before.revision}`,
    },
    { withinMs: writeMs, signal: run.ports.signal },
  );
}

/** Gives the candidate `percent` of the traffic; 0 only tags it. The candidate of a first release has all of it already. */
export async function shift(run: ReleaseRun, percent: number, phase: RecordPhase): Promise<PhaseResult> {
  const { candidate } = run;
  const { before } = run.found;
  if (candidate === undefined) return failed('there is no candidate');
  return write(
    run,
    {
      phase,
      traffic: (service) =>
        before
          ? splitTraffic(before.revision, candidate, percent, service.traffic)
          : alone(candidate, service),
      action: before
        ? `Sent ${percent} % of the traffic to ${candidate}`
        : `Recorded ${candidate} as a first release`,
    },
    { withinMs: writeMs, signal: run.ports.signal },
  );
}

/** A first candidate serves alone. It needs a write only if the traffic is pinned to a dead revision. */
const alone = (candidate: string, service: RunService): TrafficTarget[] =>
  percentOf(candidate, servingNow(service)) === 100
    ? service.traffic.map((target) => ({ ...target }))
    : pinTo(candidate, service.traffic, { tag: false });

/** Promotes the candidate: removes our tags, closes the record, and makes the candidate the stable revision. */
export async function finish(run: ReleaseRun, signal = run.ports.signal): Promise<PhaseResult> {
  const { candidate, request } = run;
  if (candidate === undefined) return failed('there is no candidate');
  const traffic = (service: RunService) => {
    const follow = request.afterPromote === 'latest' && service.latestCreatedRevision === candidate;
    run.written.keptPin = !follow;
    return promote(candidate, follow ? 'latest' : 'pinned', service.traffic);
  };
  // This release has proved its gateway. What an earlier one left of a gateway stays in the record.
  const gateway = run.ports.stages.gateway ? undefined : run.written.gateway;
  const record = (open: ReleaseRecord, wrote: TrafficTarget[]) => ({
    ...closeRecord(open, { wrote, stable: candidate, expires: open.expires }),
    gateway,
  });
  return write(
    run,
    {
      phase: 'closed',
      traffic,
      record,
      settings: settingsChanged(run.found.outside),
      action: `Promoted ${candidate}`,
    },
    { withinMs: limits.finish * 1000, signal },
  );
}

/**
 * Writes into the record that this region can be promoted, and what the others are to promote. Only after every region has written it is the
 * first one promoted. Whoever settles what a dead release left can then read from the others what is to be done with this one.
 */
export const noteAgreed = (
  run: ReleaseRun,
  agreed: NonNullable<ReleaseRecord['agreed']>,
  signal: AbortSignal,
): Promise<PhaseResult> =>
  write(
    run,
    {
      phase: 'full',
      record: (open) => ({ ...open, agreed }),
      action: `Recorded that ${run.candidate} can be promoted here`,
    },
    { withinMs: writeMs, signal },
  );

/** How long the last write of a region is tried again, and how long after a signal: GitHub ends the process soon. */
const agreedMs = 90_000;
const signalledMs = 4000;

/**
 * Promotes a region of several after all have agreed. Others may be promoted already, so a failure and a signal do not take this one back: the
 * write is tried again. If it never succeeds, a person decides. Users have the candidate meanwhile, as everywhere else.
 */
export async function finishAgreed(run: ReleaseRun): Promise<PhaseResult> {
  const { clock, log, signal } = run.ports;
  const { agreed } = run.written.record ?? {};
  const over = new AbortController();
  const stop = (milliseconds: number) =>
    clock.sleep(milliseconds, over.signal).then(
      () => over.abort(new ReleaseError('deadline-exceeded', { what: 'The last write took too long.' })),
      () => undefined,
    );
  const hurry = () => void stop(signalledMs);
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  void stop(agreedMs);
  try {
    for (;;) {
      const result = await finish(run, over.signal).catch((error: unknown) => failed(messageOf(error)));
      if (result.event !== 'failed') return result;
      log.line(`  the last write is tried again: ${result.reason}`);
      const waited = await clock.sleep(2000, over.signal).then(
        () => true,
        () => false,
      );
      if (waited) continue;
      run.written.agreed = agreed ?? {};
      return {
        event: 'undecided',
        reason: `every region could be promoted, and others may be; here the last write failed: ${result.reason}`,
      };
    }
  } finally {
    signal.removeEventListener('abort', hurry);
    over.abort();
  }
}

/**
 * Keeps the present traffic for a person to decide: the record tells the janitor to leave it alone for a day. Returns a
 * result only if others have moved the traffic, so that there is nothing to hold.
 */
export async function hold(run: ReleaseRun): Promise<PhaseResult | undefined> {
  const { services, clock, log } = run.ports;
  const at = clock.now();
  const expires = new Date(at + 86_400_000).toISOString();
  const decide: Decide = async (service, found) => {
    const own = await stillOurs(run, service, found);
    if (own.event !== 'passed')
      return { stop: own.event === 'unclear' ? 'unclear' : 'moved', reason: own.reason };
    const held = recordOf(run, 'held', service.traffic, { expires, at });
    // What settles it promotes the candidate, and leaves the gateway that this release has proved where it is.
    const gateway = run.ports.stages.gateway ? undefined : held.gateway;
    const { agreed } = run.written;
    return { record: agreed ? { ...held, agreed, gateway } : held };
  };
  try {
    const held = await changeTraffic({ services, clock, log }, run.live.service ?? '', decide, {
      withinMs: 20_000,
    });
    // A held record says whose the traffic is, so where that is not known the record stays as it is. The next run holds again.
    return held.done || held.stop === 'unclear' ? undefined : { event: 'moved', reason: held.reason };
  } catch (error) {
    run.journal.warn(`The record could not be marked as held: ${messageOf(error)}`);
    // The record still says that this region can be promoted, so the post step asks the others and tries again.
    if (run.written.agreed) run.ending.settled = false;
    return undefined;
  }
}
