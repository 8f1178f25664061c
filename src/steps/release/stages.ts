import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { percentOf, servingAllocations } from '../../domain/traffic/serving.ts';
import { carriesLabels } from '../traffic/build-owner.ts';
import type { DeployStage, GuardStage } from './ports.ts';
import { passed, type ReleaseRun, type Step, taken } from './run.ts';
import { pin } from './traffic.ts';

/** The phases that are other stages' work: what they found becomes an event. */

/** What was repaired, each told as a sentence, within one of ours. */
const listed = (sentences: readonly string[]) => sentences.map((text) => text.replace(/\.$/, '')).join('; ');

function noteGuard(run: ReleaseRun, result: GuardStage, when: string): void {
  run.exposure = result.exposure;
  // What both looks see is one finding.
  const known = new Set(run.findings.map(({ rule, title }) => `${rule} ${title}`));
  run.findings.push(...(result.findings ?? []).filter(({ rule, title }) => !known.has(`${rule} ${title}`)));
  const { verdict, exposure, reason, repaired } = result;
  run.evidence.guard = [...(run.evidence.guard ?? []), { when, verdict, exposure, reason, repaired }];
  // The last look is the one that counts; the first ones are told in a line each.
  run.evidence.exposure = result.evidence;
  for (const repaired of result.repaired) taken(run, repaired);
}

/** What is open is closed before anything is built; what cannot be closed ends the release. */
export async function guardFirst(run: ReleaseRun): Promise<Step> {
  const { ports, request } = run;
  const { signal } = ports;
  const result = await ports.stages.guard(request.guardMode, { brief: false, signal });
  noteGuard(run, result, 'before');
  if (result.verdict === 'fail') return { event: 'exposed', reason: result.reason };
  if (result.verdict === 'inconclusive') return { event: 'failed', reason: result.reason };
  if (result.repaired.length > 0)
    run.warnings.push(`The function was open and was closed first: ${listed(result.repaired)}.`);
  if (run.unchanged)
    return {
      event: 'unchanged',
      reason: `${run.before?.revision} already serves exactly this source and configuration.`,
    };
  return passed(result.exposure);
}

/** A dry run looks as well, closes nothing, and says what a release would do about it. */
export async function guardPlan(run: ReleaseRun): Promise<Step> {
  const { ports, request } = run;
  if (run.service === undefined) return passed('nothing to call yet');
  let result: GuardStage;
  try {
    result = await ports.stages.guard('verify', { brief: false, signal: ports.signal });
  } catch (error) {
    if (ports.signal.aborted) throw error;
    const reason = `whether it is private could not be found out: ${messageOf(error)}`;
    run.warnings.push(`A release would stop: ${reason}`);
    return { ...passed(reason), verdict: 'inconclusive' };
  }
  noteGuard(run, result, 'in the plan');
  const next =
    request.guardMode === 'enforce'
      ? 'A release would close it before anything else, and stop where it cannot.'
      : 'A release would stop there, since guard_mode is verify.';
  if (result.verdict === 'fail') run.warnings.push(`${result.reason} ${next}`);
  if (result.verdict === 'inconclusive') run.warnings.push(`${result.reason} A release would stop there.`);
  return { ...passed(result.exposure), verdict: result.verdict };
}

/** After the build nothing may have opened; if something had, it was closed at once, and the release is over. */
export async function checkAgain(run: ReleaseRun): Promise<Step> {
  const { ports, request } = run;
  const { signal } = ports;
  const result = await ports.stages.guard(request.guardMode, { brief: true, signal });
  noteGuard(run, result, 'after the build');
  if (result.verdict === 'fail' || result.repaired.length > 0)
    return {
      event: 'exposed',
      reason:
        result.repaired.length > 0
          ? `it was open after the build and was closed (${listed(result.repaired)})`
          : result.reason,
    };
  if (result.verdict === 'inconclusive') return { event: 'failed', reason: result.reason };
  return passed(result.exposure);
}

/** Finds out, without sending anything, whether there is anything to release. */
export async function planOnly(run: ReleaseRun, read: Step): Promise<Step> {
  const plan = await run.ports.stages.deploy({ plan: true }, run.ports.signal);
  run.evidence.deploy = plan.evidence;
  run.marks = plan.marks;
  run.findings.push(...(plan.findings ?? []));
  if (plan.verdict === 'fail') return { event: 'refused', reason: plan.reason };
  const failed = run.previous?.failed ?? [];
  if (
    plan.sameAsFunction &&
    run.functionRevision &&
    failed.includes(run.functionRevision) &&
    !run.request.retryFailed
  )
    return {
      event: 'refused',
      reason: `exactly this source and configuration failed already, as ${run.functionRevision}: change it, or set retry_failed: true`,
    };
  run.unchanged = plan.unchanged && !run.state.first;
  return run.unchanged ? passed(`${read.reason}; nothing has changed`) : read;
}

/** Builds at 0 %, then checks that it really is at 0 %. */
export async function build(run: ReleaseRun): Promise<Step> {
  const { ports } = run;
  run.buildMayGoOn = true;
  let result: DeployStage;
  try {
    result = await inTime(run, (signal) =>
      ports.stages.deploy({ plan: false, expect: run.functionUpdateTime }, signal),
    );
  } catch (error) {
    await adopt(run);
    if (run.candidate !== undefined) run.buildMayGoOn = false;
    else if (!ports.signal.aborted) run.buildMayGoOn = await stillBuilding(run);
    throw error;
  }
  run.buildMayGoOn = false;
  run.deployed = result;
  run.evidence.deploy = result.evidence;
  run.findings.push(...(result.findings ?? []));
  run.functionUpdateTime = result.functionUpdateTime ?? run.functionUpdateTime;
  run.service = result.service ?? run.service;
  if (result.verdict !== 'pass') return { event: 'failed', reason: result.reason };
  if (result.unchanged || result.revision === run.before?.revision)
    return {
      event: 'unchanged',
      reason: `${run.before?.revision ?? 'The function'} already serves exactly this source and configuration.`,
    };
  run.candidate = result.revision;
  if (run.candidate === undefined || run.service === undefined)
    return { event: 'failed', reason: 'the build ended without naming its revision' };
  taken(run, `Built ${run.candidate}`);
  return holdsAtZero(run, run.service, run.candidate);
}

/** A build that hangs anywhere, in its upload for one, ends at the deadline all the same. */
async function inTime<T>(run: ReleaseRun, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, signal } = run.ports;
  const over = new AbortController();
  const seconds = run.request.buildSeconds + 30;
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
 * The build failed us, or was interrupted, but may have ended all the same: a revision that the function describes since
 * then, with our marks, is ours. Asked once and for a moment only, since a signal leaves little time.
 */
async function adopt(run: ReleaseRun): Promise<void> {
  const { ports, marks } = run;
  if (marks === undefined) return;
  const over = new AbortController();
  const timer = ports.clock.sleep(1500, over.signal).then(
    () =>
      over.abort(new ReleaseError('deadline-exceeded', { what: 'The function could not be read in time.' })),
    () => undefined,
  );
  try {
    const fn = await ports.functions.get(run.request.functionName, over.signal);
    const revision = revisionOf(fn);
    if (!carriesLabels(fn, marks) || revision === undefined || revision === run.functionRevision) return;
    run.candidate = revision;
    run.service ??= serviceOf(fn);
  } catch (error) {
    ports.log.debug(`What became of the build? ${messageOf(error)}`);
  } finally {
    over.abort();
    await timer;
  }
}

/** An operation that nobody has seen the end of may still bring a revision. */
async function stillBuilding(run: ReleaseRun): Promise<boolean> {
  try {
    return (await run.ports.functions.runningOperation(run.request.functionName)) !== undefined;
  } catch (error) {
    run.ports.log.debug(`Is the build still running? ${messageOf(error)}`);
    return true;
  }
}

/** The pin is believed, not seen, until the new revision stands at 0 %: if it does not, it is pinned again at once. */
async function holdsAtZero(run: ReleaseRun, name: string, candidate: string): Promise<Step> {
  const service = await run.ports.services.get(name, run.ports.signal);
  if (service === undefined) return { event: 'failed', reason: 'the service has vanished after the build' };
  run.url = service.uri;
  run.shares = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  const share = percentOf(candidate, run.shares);
  if (run.before === undefined) return passed(`${candidate}, a first release`);
  if (share === 0) return passed(`${candidate} at 0 %`);
  run.findings.push({
    rule: 'pin-did-not-hold',
    severity: 'high',
    title: `The build of ${candidate} took ${share} % of the traffic although it was pinned to ${run.before.revision}.`,
    why: 'The platform or another tool set the traffic while the function was being updated.',
    fix: 'It was put back at once; please report this with the report file.',
  });
  const pinned = await pin(run);
  return pinned.event === 'passed' ? passed(`${candidate} at 0 %, pinned again`) : pinned;
}

/** The candidate on its own URL, with the service's URL as audience. */
export async function smoke(run: ReleaseRun): Promise<Step> {
  const { ports, candidate } = run;
  const url = run.before === undefined ? run.url : run.candidateUrl;
  if (ports.stages.smoke === undefined) return passed('no smoke suite');
  if (url === undefined || candidate === undefined)
    return { event: 'failed', reason: 'the candidate has no URL' };
  const result = await ports.stages.smoke(
    { url, audience: run.url ?? url, revision: candidate, service: run.service },
    ports.signal,
  );
  run.evidence.smoke = result.evidence;
  run.findings.push(...(result.findings ?? []));
  if (result.verdict === 'fail') return { event: 'smoke_failed', reason: result.reason };
  if (result.verdict === 'inconclusive') return { event: 'failed', reason: result.reason };
  return passed(result.reason);
}
