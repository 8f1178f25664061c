import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import type { RunRevision, RunService } from '../ports/services.ts';
import { isDead, readServing } from '../traffic/read-serving.ts';
import { saveEveryMs, saveWatch } from '../watch/saved-watch.ts';
import { noteForeign } from './foreign.ts';
import { stillOurs } from './ours.ts';
import type { PhaseResult, ReleaseRun } from './run.ts';

/** Checks during a canary that the release may go on. */

/** Checks before a step that `before` can serve. Returns a result if it cannot. */
export async function beforeReady({ ports, found, live }: ReleaseRun): Promise<PhaseResult | undefined> {
  if (found.before === undefined || live.service === undefined) return undefined;
  const name = found.before.revision;
  const revision = await readServing(ports, live.service, name);
  return revision?.ready ? undefined : beforeGone(name, revision);
}

/** Checks during a step that `before` can still serve. Returns a result if it is gone or dead. */
async function beforeLost(
  { ports, found, live }: ReleaseRun,
  signal: AbortSignal,
): Promise<PhaseResult | undefined> {
  if (found.before === undefined || live.service === undefined) return undefined;
  const name = found.before.revision;
  const revision = await ports.services.revision(live.service, name, signal);
  return isDead(revision) ? beforeGone(name, revision) : undefined;
}

function beforeGone(name: string, revision: RunRevision | undefined): PhaseResult {
  const reason = `${name}, the revision to go back to, ${revision ? 'is not ready any more' : 'is gone'}: the traffic stays where it is`;
  return { event: 'before_gone', reason };
}

/**
 * Runs `work` and checks now and then whether the traffic is still ours and `before` can still serve. If not, it stops the
 * work at once, because the watch would no longer see this release.
 */
export async function whileOurs<T>(
  run: ReleaseRun,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | PhaseResult> {
  const { ports, request } = run;
  const over = new AbortController();
  const signal = AbortSignal.any([ports.signal, over.signal]);
  let stop: PhaseResult | undefined;
  let savedAt = ports.clock.steady();
  const end = (because: PhaseResult) => {
    stop = because;
    over.abort(new ReleaseError('cancelled', { what: because.reason }));
  };
  const { wave } = ports;
  const callBack = () => {
    if (wave?.stop && !over.signal.aborted) end(wave.stop);
  };
  wave?.stopped.addEventListener('abort', callBack, { once: true });
  callBack();
  const look = async () => {
    while (request.lookSeconds > 0 && !signal.aborted) {
      await ports.clock.sleep(request.lookSeconds * 1000, signal);
      try {
        const service = await ports.services.get(run.live.service ?? '', signal);
        if (service === undefined) continue;
        noteForeign(run, service.latestCreatedRevision);
        const own = await stillOurs(run, service, parseRecord(service.annotations[recordAnnotation]));
        const lost = own.event === 'passed' ? await beforeLost(run, signal) : own;
        if (lost && !signal.aborted) end(lost);
        else if (ports.clock.steady() - savedAt >= saveEveryMs) {
          savedAt = ports.clock.steady();
          await saveState(run, service, signal);
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
    wave?.stopped.removeEventListener('abort', callBack);
    over.abort(new ReleaseError('cancelled', { what: 'The watch is over.' }));
    await looking;
  }
}

/** Saves the state of the watch in the record, so that another runner can continue it. */
async function saveState(run: ReleaseRun, service: RunService, signal: AbortSignal): Promise<void> {
  const { ports } = run;
  const { record, watchState } = run.written;
  if (record === undefined || watchState === undefined || signal.aborted) return;
  await saveWatch(ports.services, service, record, { at: ports.clock.now(), state: watchState }, signal);
}
