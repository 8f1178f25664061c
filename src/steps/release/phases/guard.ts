import { messageOf } from '../../../domain/errors/errors.ts';
import type { GuardStage } from '../ports.ts';
import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';

/** The guard's part of a release: before the first change, in a dry run, and after the build. */

/** Joins whole sentences into parts of one sentence. */
const joined = (sentences: readonly string[]) => sentences.map((text) => text.replace(/\.$/, '')).join('; ');

function noteGuard(run: ReleaseRun, result: GuardStage, when: string): void {
  const { journal } = run;
  const { verdict, exposure, reason, repaired } = result;
  run.exposure = exposure;
  journal.findNew(result.findings);
  journal.look({ when, verdict, exposure, reason, repaired });
  // The last look counts; the earlier ones get one line each.
  journal.show({ exposure: result.evidence });
  for (const what of repaired) journal.act(what);
}

/** Closes an open function before anything is built. If it cannot be closed, the release ends. */
export async function guardFirst(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, request, journal } = run;
  const { signal } = ports;
  if (!run.plan.unchanged) askBefore(run);
  const result = await ports.stages.guard(request.guardMode, { brief: false, signal });
  noteGuard(run, result, 'before');
  if (result.verdict === 'fail') return { event: 'exposed', reason: result.reason };
  if (result.verdict === 'inconclusive') return failed(result.reason);
  if (result.repaired.length > 0)
    journal.warn(`The function was open and was closed first: ${joined(result.repaired)}.`);
  if (run.plan.unchanged)
    return {
      event: 'unchanged',
      reason: `${run.found.before?.revision} already serves exactly this ${run.plan.content} and configuration.`,
    };
  return passed(result.exposure);
}

/** Calls the service once before the first change, for a comparison after a rollback. Only that comparison waits for the answer. */
function askBefore(run: ReleaseRun): void {
  const { ports, live, found } = run;
  const { alive } = ports.stages;
  if (alive === undefined || found.before === undefined || live.url === undefined) return;
  const ask = async () => {
    const answered = await alive(live.url ?? '', ports.signal);
    run.found = { ...run.found, answered };
    return answered;
  };
  const answer = ask().catch((error: unknown) => {
    ports.log.debug(`The service did not answer before the release: ${messageOf(error)}`);
    return undefined;
  });
  run.found = { ...found, answer };
}

/** After a rollback that opened a setting again, such as ingress: proves that the function is still private. */
export async function guardReopened(run: ReleaseRun): Promise<void> {
  const { ports, request, journal } = run;
  const opened = run.ending.outside.some(({ state, opens }) => state === 'put_back' && opens);
  if (!opened || ports.signal.aborted) return;
  try {
    const result = await ports.stages.guard(request.guardMode, { brief: true, signal: ports.signal });
    noteGuard(run, result, 'after the rollback');
    if (result.verdict !== 'pass') journal.warn(result.reason);
  } catch (error) {
    journal.warn(`Could not check whether the function is still private: ${messageOf(error)}`);
  }
}

/** A dry run looks as well. It closes nothing, and says what a release would do. */
export async function guardPlan(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, request, journal } = run;
  if (run.live.service === undefined) return passed('nothing to call yet');
  let result: GuardStage;
  try {
    result = await ports.stages.guard('verify', { brief: false, signal: ports.signal });
  } catch (error) {
    if (ports.signal.aborted) throw error;
    const reason = `could not check whether the function is private: ${messageOf(error)}`;
    journal.warn(`A release would stop: ${reason}`);
    return { ...passed(reason), verdict: 'inconclusive' };
  }
  noteGuard(run, result, 'in the plan');
  const next =
    request.guardMode === 'enforce'
      ? 'A release would close it first, and stop if that fails.'
      : 'A release would stop there, because guard_mode is verify.';
  if (result.verdict === 'fail') journal.warn(`${result.reason} ${next}`);
  if (result.verdict === 'inconclusive') journal.warn(`${result.reason} A release would stop there.`);
  return { ...passed(result.exposure), verdict: result.verdict };
}

/** Looks again after the build. If the function was open, it was closed at once, and the release is over. */
export async function guardAgain(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, request } = run;
  const { signal } = ports;
  const result = await ports.stages.guard(request.guardMode, { brief: true, signal });
  noteGuard(run, result, 'after the build');
  if (result.repaired.length > 0)
    return {
      event: 'exposed',
      reason: `it was open after the build and was closed (${joined(result.repaired)})`,
    };
  if (result.verdict === 'fail') return { event: 'exposed', reason: result.reason };
  if (result.verdict === 'inconclusive') return failed(result.reason);
  return passed(result.exposure);
}
