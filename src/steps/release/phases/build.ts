import { messageOf, ReleaseError } from '../../../domain/errors/errors.ts';
import { ofRule } from '../../../domain/findings/of-rule.ts';
import { trafficRules } from '../../../domain/findings/rules/traffic.ts';
import { limits } from '../../../domain/release/limits.ts';
import { outsideOf, withoutTexts } from '../../../domain/traffic/outside/settings.ts';
import { percentOf, servingNow } from '../../../domain/traffic/serving.ts';
import { noteUnclaimed } from '../foreign.ts';
import { claimOf } from '../ours.ts';
import type { DeployStage } from '../ports.ts';
import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';
import { shortly } from '../shortly.ts';
import { pin } from './traffic.ts';

/** Builds the candidate at 0 %, and checks that it really has 0 %. */
export async function build(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, journal, written } = run;
  written.buildMayGoOn = true;
  let result: DeployStage;
  try {
    const expect = run.live.version;
    const onBegun = () => {
      written.functionTouched = true;
    };
    result = await inTime(run, (signal) => ports.stages.deploy({ plan: false, expect, onBegun }, signal));
  } catch (error) {
    await adopt(run);
    if (run.candidate !== undefined) written.buildMayGoOn = false;
    else if (!ports.signal.aborted) written.buildMayGoOn = await stillBuilding(run);
    written.functionTouched ||= written.buildMayGoOn;
    throw error;
  }
  written.buildMayGoOn = false;
  journal.show({ deploy: result.evidence });
  journal.find(result.findings);
  run.live = {
    ...run.live,
    service: result.service ?? run.live.service,
    address: result.url ?? run.live.address,
    version: result.version ?? run.live.version,
    updatedAt: result.updatedAt ?? run.live.updatedAt,
  };
  if (result.verdict !== 'pass') return failed(result.reason);
  const before = run.found.before?.revision;
  if (before !== undefined && (result.unchanged || result.revision === before))
    return {
      event: 'unchanged',
      reason: `${before} already serves exactly this ${run.plan.content} and configuration.`,
    };
  run.candidate = result.revision;
  const { service } = run.live;
  if (result.revision === undefined || service === undefined)
    return failed('the build ended without naming its revision');
  if (!result.unchanged) journal.act(`Built ${result.revision}`);
  return checkZero(run, service, result.revision);
}

/** Ends a build at the deadline, even if it hangs in its upload. */
async function inTime<T>(run: ReleaseRun, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, signal } = run.ports;
  const over = new AbortController();
  const seconds = run.request.buildSeconds + limits.build;
  const late = new ReleaseError('deadline-exceeded', { what: `The build did not end within ${seconds} s.` });
  const either = AbortSignal.any([signal, over.signal]);
  clock.sleep(seconds * 1000, either).then(
    () => over.abort(late),
    () => undefined,
  );
  try {
    return await work(either);
  } finally {
    over.abort(late);
  }
}

/**
 * The call failed or was interrupted, but the build may have succeeded. If the function now describes a new revision that this
 * release's own change has made, that revision is the candidate. Asks once and briefly, because a signal leaves little time.
 */
async function adopt(run: ReleaseRun): Promise<void> {
  const { ports, found } = run;
  if (run.plan.labels === undefined) return;
  try {
    await shortly(run, 1500, async (signal) => {
      const deployed = await ports.target.read(signal);
      const revision = deployed?.revision;
      // The response of the update may be lost, or another deploy may have changed the function in the meantime.
      if (deployed?.version !== run.live.version) run.written.functionTouched = true;
      if (revision === undefined || revision === found.describedRevision) return;
      const service = run.live.service ?? deployed?.service;
      run.live = { ...run.live, service, address: deployed?.url ?? run.live.address };
      // Others copy the labels of a change, so only the proof tells whose revision it is.
      const isOurs = await ports.target.made({ revision, record: claimOf(run) }, signal);
      if (isOurs === true) run.candidate = revision;
      else noteUnclaimed(run, revision, isOurs);
    });
  } catch (error) {
    run.written.functionTouched = true;
    ports.log.debug(`Did the build succeed? ${messageOf(error)}`);
  }
}

/** An operation that has not ended may still bring a revision. If that cannot be read, assume that it may. */
async function stillBuilding(run: ReleaseRun): Promise<boolean> {
  try {
    return await run.ports.target.building();
  } catch (error) {
    run.ports.log.debug(`Is the build still running? ${messageOf(error)}`);
    return true;
  }
}

/** Only a new revision at 0 % proves that the pin is still there. If it has traffic, the traffic is pinned again at once. */
async function checkZero(run: ReleaseRun, name: string, candidate: string): Promise<PhaseResult> {
  const { found, journal } = run;
  const service = await run.ports.services.get(name, run.ports.signal);
  if (service === undefined) return failed('the service vanished after the build');
  const serving = servingNow(service);
  run.live = { ...run.live, url: service.uri, serving };
  run.written.outside = withoutTexts(outsideOf(service));
  const percent = percentOf(candidate, serving);
  if (found.before === undefined) return passed(`${candidate}, a first release`);
  if (percent === 0) return passed(`${candidate} at 0 %`);
  journal.mark(percent);
  journal.find([
    {
      ...ofRule(trafficRules, 'pin-did-not-hold'),
      title: `The build of ${candidate} took ${percent} % of the traffic although the traffic was pinned to ${found.before.revision}.`,
      why: 'The platform or another tool set the traffic while the function was being updated.',
      fix: 'The traffic was put back at once. Please report this with the report file.',
    },
  ]);
  const pinned = await pin(run);
  return pinned.event === 'passed' ? passed(`${candidate} at 0 %, pinned again`) : pinned;
}
