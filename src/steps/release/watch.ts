import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { percentIn } from '../../domain/release/machine.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import type { RunRevision, RunService } from '../ports/services.ts';
import { isDead, readServing } from '../traffic/read-serving.ts';
import { saveEveryMs, saveWatch } from '../watch/saved-watch.ts';
import type { WatchStage, WatchTarget } from './ports.ts';
import { noteForeign, passed, type ReleaseRun, type Step } from './run.ts';
import { shift, stillOurs } from './traffic.ts';

/** One step of the canary, or all of the traffic: shift, then watch while the traffic stays ours. */
export async function watchStep(run: ReleaseRun): Promise<Step> {
  const { ports, state, request } = run;
  const percent = percentIn(state);
  const phase = state.phase === 'full' ? 'full' : 'split';
  const lost = await beforeReady(run);
  if (lost) return lost;
  const shiftedAt = ports.clock.now();
  const moved = await shift(run, percent, phase === 'full' ? 'full' : 'canary');
  if (moved.event !== 'passed') return moved;
  const target: WatchTarget = {
    service: run.service ?? '',
    candidate: run.candidate ?? '',
    baseline: run.before?.revision,
    share: percent / 100,
    phase,
    seconds: phase === 'full' ? request.fullSeconds : request.stepSeconds,
    splitSeconds: Math.max(1, request.steps.length - 1) * request.stepSeconds,
    fullSeconds: request.fullSeconds,
    step: state.step,
    steps: request.steps.length,
    shiftedAt,
    settledAt: ports.clock.now(),
    tagUrls: run.tagUrls,
    state: run.watchState,
    onState: (state) => {
      run.watchState = state;
    },
  };
  const outcome = await whileOurs(run, (signal) => watchOrWait(run, target, signal));
  if ('event' in outcome) return outcome;
  run.watchState = outcome.state ?? run.watchState;
  run.findings.push(...(outcome.findings ?? []));
  run.segments.push({
    percent,
    phase,
    verdict: outcome.verdict,
    reason: outcome.reason,
    requests: outcome.requests,
    bad: outcome.bad,
    evidence: outcome.evidence,
  });
  return judge(run, outcome);
}

async function watchOrWait(run: ReleaseRun, target: WatchTarget, signal: AbortSignal): Promise<WatchStage> {
  const { watch } = run.ports.stages;
  if (watch) return watch(target, signal);
  await run.ports.clock.sleep(target.seconds * 1000, signal);
  return {
    verdict: 'pass',
    next: 'go_on',
    reason: `held for ${target.seconds} s; without objectives nothing was watched`,
  };
}

function judge(run: ReleaseRun, result: WatchStage): Step {
  if (result.verdict === 'fail' || result.next === 'roll_back')
    return { event: 'regressed', reason: result.reason };
  if (result.next === 'hold') return { event: 'undecided', reason: result.reason };
  if (result.verdict === 'inconclusive' && run.state.phase === 'full')
    run.warnings.push(`Promoted without a decision: ${result.reason}`);
  return { ...passed(result.reason), verdict: result.verdict };
}

/** The revision to go back to must be able to serve at every step. */
async function beforeLost(run: ReleaseRun, signal: AbortSignal): Promise<Step | undefined> {
  const { before, service, ports } = run;
  if (before === undefined || service === undefined) return undefined;
  const revision = await ports.services.revision(service, before.revision, signal);
  return isDead(revision) ? gone(before.revision, revision) : undefined;
}

/** No step begins before it can serve. */
async function beforeReady(run: ReleaseRun): Promise<Step | undefined> {
  const { before, service, ports } = run;
  if (before === undefined || service === undefined) return undefined;
  const revision = await readServing(ports, service, before.revision);
  return revision?.ready ? undefined : gone(before.revision, revision);
}

function gone(name: string, revision: RunRevision | undefined): Step {
  const reason = `${name}, the revision to go back to, ${revision ? 'is not ready any more' : 'is gone'}: the share is held`;
  return { event: 'before_gone', reason };
}

/**
 * Runs `work` and looks now and then whether somebody else has moved the traffic: then it stops at once, since what
 * the watch would see is no longer this release.
 */
async function whileOurs<T>(run: ReleaseRun, work: (signal: AbortSignal) => Promise<T>): Promise<T | Step> {
  const { ports, request } = run;
  const over = new AbortController();
  const signal = AbortSignal.any([ports.signal, over.signal]);
  let stop: Step | undefined;
  let keptAt = ports.clock.now();
  const look = async () => {
    while (request.lookSeconds > 0 && !signal.aborted) {
      await ports.clock.sleep(request.lookSeconds * 1000, signal);
      try {
        const service = await ports.services.get(run.service ?? '', signal);
        if (service === undefined) continue;
        noteForeign(run, service.latestCreatedRevision);
        const own = stillOurs(run, service, parseRecord(service.annotations[recordAnnotation]));
        const lost = own.event === 'passed' ? await beforeLost(run, signal) : own;
        if (lost && !signal.aborted) {
          stop = lost;
          over.abort(new ReleaseError('cancelled', { what: lost.reason }));
        } else if (ports.clock.now() - keptAt >= saveEveryMs) {
          keptAt = ports.clock.now();
          await keepState(run, service, signal);
        }
      } catch (error) {
        if (!signal.aborted) ports.log.debug(`Looking at the traffic: ${messageOf(error)}`);
      }
    }
  };
  const looking = look().catch(() => undefined);
  try {
    return await work(signal);
  } catch (error) {
    if (stop && !ports.signal.aborted) return stop;
    throw error;
  } finally {
    over.abort(new ReleaseError('cancelled', { what: 'The watch is over.' }));
    await looking;
  }
}

/** Once a minute the record learns where the watch stands, so that another runner could go on from there. */
async function keepState(run: ReleaseRun, service: RunService, signal: AbortSignal): Promise<void> {
  const { record, watchState, ports } = run;
  if (record === undefined || watchState === undefined || signal.aborted) return;
  await saveWatch(ports.services, service, record, { at: ports.clock.now(), state: watchState }, signal);
}
