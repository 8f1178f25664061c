import { restore, withoutOurTags } from '../../../domain/traffic/compose.ts';
import { addFailed, closeRecord, type ReleaseRecord } from '../../../domain/traffic/record.ts';
import type { TrafficTarget } from '../../../domain/traffic/traffic.ts';
import type { RunService, Services } from '../../ports/services.ts';
import { isDead } from '../../traffic/read-serving.ts';
import { settingsBack } from '../../traffic/settings-back.ts';
import { type PhaseResult, passed, type ReleaseRun } from '../run.ts';
import { nothingArrived } from '../touched.ts';
import { write } from '../write.ts';

/** Puts the traffic back to `before` from any phase. A signal does not stop it; `urgent` fits into the 7.5 s after SIGINT. */
export async function revert(
  run: ReleaseRun,
  options: { urgent: boolean; withinMs: number },
): Promise<PhaseResult> {
  const { before } = run.found;
  const { service: name } = run.live;
  const { buildMayGoOn } = run.written;
  const services = options.urgent ? run.ports.urgent : run.ports.services;
  if (name === undefined || (run.journal.sent.length === 0 && run.candidate === undefined))
    return passed('nothing was changed');
  if (before !== undefined && (await isGone(services, name, before.revision)))
    return {
      event: 'before_gone',
      reason: `${before.revision} is gone or not ready, so traffic stays where it is`,
    };
  const { cause } = run.state;
  const bad = cause === 'regressed' || cause === 'smoke_failed' ? run.candidate : undefined;
  // While the build may still bring a revision, the record stays open, so that the next run looks again.
  const open = buildMayGoOn && before !== undefined;
  const traffic = (service: RunService) => {
    if (before === undefined) return withoutOurTags(service.traffic);
    const { latestCreatedRevision: created, latestReadyRevision: ready } = service;
    const live = { traffic: service.traffic, created, ready, mayMove: buildMayGoOn };
    const back = restore(before.traffic, before.revision, live);
    run.written.keptPin = back.keptPin;
    return back.traffic;
  };
  const record = (last: ReleaseRecord, wrote: TrafficTarget[]) =>
    open
      ? { ...last, failed: addFailed(last.failed, bad) }
      : closeRecord(last, { wrote, failed: bad, expires: last.expires });
  const settings = settingsBack({
    outside: run.found.outside && before && { before: run.found.outside, after: run.written.outside },
    revision: before?.revision,
    isPrivate: run.exposure && run.exposure === 'private',
  });
  const action = before
    ? `Put the traffic back to ${before.revision}`
    : 'Closed the record of the first release';
  try {
    return await write(
      run,
      {
        ...{ phase: open ? 'building' : 'closed', traffic, record, settings, action },
        actionKind: before && 'traffic_back',
      },
      { withinMs: options.withinMs, stubborn: true, urgent: options.urgent },
    );
  } catch (error) {
    if (await nothingArrived(run, services, name)) return passed('nothing was changed');
    throw error;
  }
}

/** True only if the API says so: an error is no proof. */
async function isGone(services: Services, service: string, revision: string): Promise<boolean> {
  try {
    return isDead(await services.revision(service, revision));
  } catch {
    return false;
  }
}
