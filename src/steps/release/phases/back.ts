import { messageOf } from '../../../domain/errors/errors.ts';
import { limits } from '../../../domain/release/limits.ts';
import type { SavedSettings } from '../../../domain/traffic/outside/saved.ts';
import { healthText } from '../../../domain/watch/serving-health.ts';
import { driftOf } from '../../traffic/drift.ts';
import { type ProvePorts, proveAnswer, proveRate } from '../../traffic/prove-back.ts';
import { askUntilSame, differentAnswer, sameAnswer } from '../../traffic/same-answer.ts';
import { type PhaseResult, passed, type ReleaseRun } from '../run.ts';
import { gatewayBack } from './gateway.ts';
import { guardReopened } from './guard.ts';
import { revert } from './revert.ts';

/** Milliseconds for going back. After a signal GitHub kills the process in 7.5 s. */
const urgentMs = 6000;
const revertMs = limits.revert * 1000;
/** True if only the pin was written. The post step settles what remains open. */
const unpinMs = 30_000;

/** Puts the traffic back to `before`, then calls it once to see that it answers. */
export async function goBack(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, journal, ending } = run;
  const { before } = run.found;
  const urgent = ports.signal.aborted;
  const started = ports.clock.now();
  const onlyPinned = run.state.touched === 'record';
  const calmMs = onlyPinned ? unpinMs : revertMs;
  const result = await revert(run, { urgent, withinMs: urgent ? urgentMs : calmMs });
  // The revision that serves had all the traffic the whole time, so there is nothing to prove.
  if (onlyPinned) return result;
  if (result.event !== 'passed' || before === undefined) return result;
  ending.wentBackAt = ports.clock.now();
  await gatewayBack(run);
  const described = { revision: run.candidate, kind: run.live.kind ?? 'function' };
  if (urgent) {
    journal.find(driftOf(described, before.revision));
    return result;
  }
  const saved = { before: run.found.saved, now: await savedNow(run) };
  journal.find(driftOf(described, before.revision, saved));
  const took = ((ending.wentBackAt - started) / 1000).toFixed(1);
  const answered = await run.found.answer;
  const { alive } = ports.stages;
  const same: ProvePorts = alive
    ? { alive: (url, signal) => askUntilSame(ports.clock, () => alive(url, signal), answered, ports.signal) }
    : {};
  const [proof] = await Promise.all([
    proveAnswer(same, run.live.url ?? '', before.revision, ports.signal),
    guardReopened(run),
  ]);
  journal.find(proof.findings);
  const now = proof.alive;
  const isSame = answered !== undefined && now !== undefined && sameAnswer(answered, now);
  if (answered && now) journal.find(differentAnswer(before.revision, answered, now));
  const text = now && `${now.text}${isSame ? ' as before' : ''}`;
  const dead = proof.findings[0]?.title;
  const reason = [result.reason, `in ${took} s`, text ?? dead].filter(Boolean).join(', ');
  // Verified only if the function itself answers as it did before this release.
  return { ...passed(reason), answered: now?.answered === true && isSame };
}

/** What the function has saved now. The rollback does not depend on it, so a failed read is no error. */
async function savedNow({ ports }: ReleaseRun): Promise<SavedSettings | undefined> {
  try {
    return (await ports.target.read(ports.signal))?.saved;
  } catch (error) {
    ports.log.debug(`What has the function saved? ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * After a rollback: counts the old revision's own errors. Only they can tell a bad release from a bad day if the candidate
 * had all the traffic. The result changes no traffic, only the report.
 */
export async function proveBefore(run: ReleaseRun): Promise<void> {
  const { ports, journal, ending } = run;
  const { before } = run.found;
  const { service } = run.live;
  const { signal, clock, stages } = ports;
  const served = journal.marks.some(({ percent }) => percent > 0);
  if (before === undefined || service === undefined || ending.wentBackAt === undefined) return;
  if (!served || signal.aborted || stages.rate === undefined) return;
  const startedAt = clock.now();
  const proof = await proveRate(stages, service, before.revision, ending.wentBackAt, signal);
  ending.after = proof.rate;
  journal.find(proof.findings);
  const text = proof.rate
    ? healthText(proof.rate)
    : `its requests could not be counted (${proof.uncounted ?? 'no reason'})`;
  journal.stage({
    stage: 'Verify',
    kind: 'verify',
    startedAt,
    verdict: verdictOf[proof.rate?.health ?? 'unknown'],
    note: `${before.revision}: ${text}`,
  });
}

const verdictOf = { works: 'pass', fails: 'fail', unknown: 'inconclusive' } as const;
