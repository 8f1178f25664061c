import { messageOf } from '../../../domain/errors/errors.ts';
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
  const result = await whileOurs(run, (signal) => gateway.apply(signal));
  // Others have moved the traffic meanwhile, or the old revision is gone.
  if ('event' in result) return result;
  journal.show({ gateway: result.evidence });
  journal.findNew(result.findings);
  for (const what of result.changed) journal.act(what);
  journal.stage({ stage: 'Gateway', kind: 'check', startedAt, verdict: result.verdict, note: result.reason });
  if (result.verdict === 'pass') return undefined;
  return { event: 'failed', reason: `the gateway was not released: ${result.reason}`, stage: 'Promote' };
}

/** After a rollback of the traffic: the gateway goes back to what it named before this release. */
export async function gatewayBack({ ports, journal }: ReleaseRun): Promise<void> {
  const { gateway } = ports.stages;
  if (gateway === undefined) return;
  const startedAt = ports.clock.now();
  try {
    const result = await gateway.back();
    if (result === undefined) return;
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
