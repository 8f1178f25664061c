import { messageOf, ReleaseError } from '../../../domain/errors/errors.ts';
import { limits } from '../../../domain/release/limits.ts';
import type { RecordedGateway } from '../../../domain/traffic/record.ts';
import { changeTraffic } from '../../traffic/change-traffic.ts';
import { forget } from '../../traffic/settle-gateway.ts';
import { stillOurs } from '../ours.ts';
import { type PhaseResult, type ReleaseRun, refused } from '../run.ts';
import { whileOurs } from '../while-ours.ts';

/** The gateway's part of a release: judged before the first change, moved at 100 %, and taken back after the traffic. */

/** A document that opens a path ends the release before it changes anything. Undefined if the release goes on. */
export async function judgeGateway({
  ports,
  journal,
  request,
}: ReleaseRun): Promise<PhaseResult | undefined> {
  const { gateway } = ports.stages;
  if (gateway === undefined) return undefined;
  const result = await gateway.plan(ports.signal);
  journal.show({ gateway: result.evidence });
  journal.findNew(result.findings);
  if (result.verdict !== 'fail') return undefined;
  const text = `The gateway: ${result.reason}`;
  if (!request.dryRun) return { ...refused(text), stage: 'Gateway' };
  journal.warn(`A release would stop: ${text}`);
  return undefined;
}

/** Moves the gateway while the candidate has all traffic. Undefined if it is proved, or if there is none. */
export async function moveGateway(run: ReleaseRun): Promise<PhaseResult | undefined> {
  const { ports, journal } = run;
  const { gateway } = ports.stages;
  if (gateway === undefined) return undefined;
  const startedAt = ports.clock.now();
  const result = await whileOurs(run, (signal) =>
    gateway.apply({ signal, beforeMove: (move) => recordMove(run, move) }),
  );
  // Others have moved the traffic meanwhile, or the old revision is gone.
  if ('event' in result) return result;
  journal.show({ gateway: result.evidence });
  journal.findNew(result.findings);
  for (const what of result.changed) journal.act(what);
  journal.stage({ stage: 'Gateway', kind: 'check', startedAt, verdict: result.verdict, note: result.reason });
  if (result.verdict === 'pass') return undefined;
  // It goes back after the traffic, which a cancelled job has little time for.
  if (ports.signal.aborted) throw ports.signal.reason;
  // It is back already, so the record that is written with the traffic need not name it.
  if (result.evidence?.did === 'rolled_back') run.written.gateway = undefined;
  return { event: 'failed', reason: `the gateway was not released: ${result.reason}`, stage: 'Promote' };
}

/** Writes into the record what the gateway named and will name, so that another run can take it back if this one is killed. */
async function recordMove(run: ReleaseRun, move: RecordedGateway): Promise<void> {
  const { ports, written, live, request } = run;
  const changed = await changeTraffic(
    ports,
    live.service ?? '',
    async (service, found) => {
      const own = await stillOurs(run, service, found);
      const record =
        found.kind === 'record' && found.record.id === request.owner.id ? found.record : written.record;
      if (own.event !== 'passed' || record === undefined) return { stop: 'moved', reason: own.reason };
      written.gateway = move;
      written.record = { ...record, gateway: move };
      return { record: written.record };
    },
    { withinMs: limits.write * 1000, signal: ports.signal },
  );
  if (!changed.done)
    throw new ReleaseError('remote-error', { what: `The gateway was not moved: ${changed.reason}.` });
}

/** After a rollback of the traffic: the gateway goes back to what it named before this release. */
export async function gatewayBack(run: ReleaseRun): Promise<void> {
  const { ports, journal } = run;
  const { gateway } = ports.stages;
  if (gateway === undefined) return;
  const startedAt = ports.clock.now();
  try {
    const result = await gateway.back();
    if (result === undefined) return;
    if (result.verdict !== 'fail') await forgetMove(run);
    for (const what of result.changed) journal.act(what);
    journal.findNew(result.findings);
    journal.stage({
      stage: 'Gateway back',
      kind: 'back',
      startedAt,
      verdict: result.verdict,
      note: result.reason,
    });
  } catch (error) {
    journal.warn(`The gateway could not be taken back: ${messageOf(error)}`);
  }
}

async function forgetMove({ ports, written, live }: ReleaseRun): Promise<void> {
  const { record } = written;
  if (written.gateway === undefined || record === undefined || live.service === undefined) return;
  written.gateway = undefined;
  await forget(ports, live.service, record);
}
