import { ReleaseError } from '../../../domain/errors/errors.ts';
import type { SmokeEvidence } from '../../../domain/smoke/results/result.ts';
import type { StageResult } from '../ports.ts';
import type { PhaseResult, ReleaseRun } from '../run.ts';
import { whileOurs } from '../while-ours.ts';

/**
 * Sends the smoke suite through what stands in front of the function while the candidate has all traffic. A failed check there
 * takes the release back. What could not be checked is only told: the new revision has proved itself on its own URL. Undefined if
 * the release goes on.
 */
export async function testDoor(run: ReleaseRun): Promise<PhaseResult | undefined> {
  const { ports, journal, live } = run;
  const { door } = ports.stages;
  if (door === undefined || live.url === undefined) return undefined;
  const behind = { url: live.url, audience: live.url, service: live.service, revision: run.candidate };
  const startedAt = ports.clock.now();
  const result = await whileOurs(run, (signal) => told(door.test(behind, signal), signal));
  if ('event' in result) return result;
  const { verdict, reason } = result;
  journal.findNew(result.findings);
  journal.stage({ stage: 'Front door', kind: 'smoke', startedAt, verdict, note: reason });
  if (verdict === 'fail') {
    const why = `the smoke test through the front door failed: ${reason}`;
    return { event: 'failed', reason: why, stage: 'Promote' };
  }
  if (verdict === 'inconclusive') journal.warn(`The front door could not be tested: ${reason}`);
  return undefined;
}

/** A test that could not be made is no evidence against the new revision. A run that is cancelled ends all the same. */
async function told(
  test: Promise<StageResult<SmokeEvidence>>,
  signal: AbortSignal,
): Promise<StageResult<SmokeEvidence>> {
  try {
    return await test;
  } catch (error) {
    if (signal.aborted || !(error instanceof ReleaseError) || error.code === 'cancelled') throw error;
    return { verdict: 'inconclusive', reason: error.what };
  }
}
