import { healthText } from '../../domain/watch/serving-health.ts';
import { driftOf } from '../traffic/drift.ts';
import { proveAnswer, proveRate } from '../traffic/prove-back.ts';
import { note, passed, type ReleaseRun, type Step } from './run.ts';
import { revert } from './traffic.ts';

/** Milliseconds for going back; after a signal GitHub gives 7.5 s before it kills. */
const urgentMs = 6000;
const revertMs = 90_000;

/** Traffic back to `before`, then one call to see that it answers. */
export async function goBack(run: ReleaseRun): Promise<Step> {
  const { ports, before } = run;
  const urgent = ports.signal.aborted;
  const started = ports.clock.now();
  const step = await revert(run, { urgent, withinMs: urgent ? urgentMs : revertMs });
  if (step.event !== 'passed' || before === undefined) return step;
  run.wentBackAt = ports.clock.now();
  run.findings.push(...driftOf(run.candidate, before.revision));
  if (urgent) return step;
  const took = ((run.wentBackAt - started) / 1000).toFixed(1);
  const proof = await proveAnswer(ports.stages, run.url ?? '', before.revision, ports.signal);
  run.findings.push(...proof.findings);
  const dead = proof.findings[0]?.title;
  const reason = [step.reason, `in ${took} s`, proof.alive?.text ?? dead].filter(Boolean).join(', ');
  return { ...passed(reason), answered: proof.alive?.answered };
}

/**
 * After a rollback: the old revision's own error rate, which at 100 % is the only thing that can tell a bad release
 * from a bad day. It changes nothing but what is said: the traffic stays where it is.
 */
export async function proveBefore(run: ReleaseRun): Promise<void> {
  const { ports, before, wentBackAt, service } = run;
  const { signal, clock, stages } = ports;
  const served = run.shareChanges.some(({ percent }) => percent > 0);
  if (before === undefined || service === undefined || wentBackAt === undefined) return;
  if (!served || signal.aborted || stages.rate === undefined) return;
  const startedAt = clock.now();
  const proof = await proveRate(stages, service, before.revision, wentBackAt, signal);
  run.after = proof.rate;
  run.findings.push(...proof.findings);
  const text = proof.rate
    ? healthText(proof.rate)
    : `its requests could not be counted (${proof.uncounted ?? 'no reason'})`;
  note(run, {
    stage: 'Verify',
    kind: 'verify',
    startedAt,
    verdict: verdictOf[proof.rate?.health ?? 'unknown'],
    note: `${before.revision}: ${text}`,
  });
}

const verdictOf = { works: 'pass', fails: 'fail', unknown: 'inconclusive' } as const;
