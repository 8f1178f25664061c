import { shortName } from '../../domain/data/resource-name.ts';
import type { Report } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import { backText } from '../../domain/traffic/outside/facts.ts';
import { allocationText } from '../../domain/traffic/serving.ts';
import type { Context } from '../../runner/context.ts';
import type { RollbackResult } from '../../steps/rollback/result.ts';
import type { Settled } from '../../steps/traffic/settle.ts';

/** Builds the report of `to: settle`. */
export function settledReport(
  report: Report<'rollback'>,
  settled: Settled,
  dryRun: boolean,
): Report<'rollback'> {
  const traffic = allocationText(settled.serving);
  report.evidence.rollback = {
    did: settled.did,
    serving: settled.serving,
    kept_pin: settled.keptPin,
    outside: settled.outside.length > 0 ? settled.outside : undefined,
  };
  report.findings = [...settled.findings];
  report.target.service = shortName(settled.service?.name);
  const unjudged = isUnjudged(settled);
  const open = settled.did === 'wait' || settled.did === 'hold' || unjudged;
  report.verdict = open ? 'inconclusive' : 'pass';
  if (settled.did === 'wait') report.outcome = 'yielded';
  if (settled.did === 'hold' || unjudged) report.outcome = 'held';
  if (dryRun) report.verdict = 'pass';
  else if (settled.did === 'put_back') report.outcome = 'rolled_back';
  else if (settled.did === 'hands_off' && !unjudged)
    report.outcome = settled.promoted ? 'promoted' : 'superseded';
  const done = {
    nothing: 'Nothing to settle',
    put_back: 'Put the traffic back',
    hands_off: settled.promoted ? 'Promoted what serves' : 'Closed the record and did not change the traffic',
    wait: 'Not settled yet',
    hold: 'A person must decide',
  };
  const back = backText(settled.outside);
  const planned = dryRun ? 'Plan only. ' : '';
  const next = unjudged ? ' No test has judged what serves: release it again.' : '';
  report.reason = `${planned}${done[settled.did]}: ${settled.reason}. Traffic: ${traffic}${back ? `; put back: ${back}` : ''}.${settled.answer ? ` ${capital(settled.answer.text)}.` : ''}${next}`;
  return report;
}

/** A first release died: its candidate serves, nobody has finished its test, and there is nothing to go back to. */
const isUnjudged = ({ did, found, promoted }: Settled): boolean =>
  did === 'hands_off' &&
  promoted === undefined &&
  found !== undefined &&
  found.phase !== 'closed' &&
  found.before_revision === undefined;

/** Builds the report of a rollback by hand. */
export function resultReport(
  report: Report<'rollback'>,
  result: RollbackResult,
  context: Context,
): Report<'rollback'> {
  const { did, from, serving } = result;
  const target = did === 'refused' ? undefined : result.target;
  report.evidence.rollback = { did, target, from, serving, ...proofOf(result) };
  report.target.service = shortName(result.service?.name);
  report.target.revision = target;
  report.findings = result.findings;
  report.verdict = did === 'refused' ? 'fail' : did === 'overtaken' ? 'inconclusive' : 'pass';
  report.reason = `${sentenceOf(result)}.`;
  if (did === 'refused') report.outcome = 'blocked';
  if (did === 'overtaken') report.outcome = 'superseded';
  if (did === 'rolled_back' || did === 'already_there') report.outcome = 'rolled_back';
  if (did === 'rolled_back' || did === 'overtaken')
    report.actions_taken.push({
      at: new Date(context.clock.now()).toISOString(),
      what: `Sent 100 % of the traffic to ${target}`,
    });
  return report;
}

const proofOf = (result: RollbackResult) =>
  result.did === 'rolled_back'
    ? {
        kept_pin: result.keptPin,
        took_ms: result.tookMs,
        outside: result.outside.length > 0 ? result.outside : undefined,
        alive: result.answer?.text,
        rate: result.rate,
        uncounted: result.uncounted,
      }
    : { kept_pin: false };

function sentenceOf(result: RollbackResult): string {
  if (result.did === 'refused') return `Nothing was changed: ${result.reason}`;
  if (result.did !== 'rolled_back') return capital(result.reason);
  const { reason, tookMs, answer, keptPin, outside } = result;
  const back = backText(outside);
  const parts = [`${capital(reason)} in ${(tookMs / 1000).toFixed(1)} s`, answer?.text].filter(Boolean);
  const pinned = keptPin ? '; it is pinned by name, so deploys by other tools get no traffic' : '';
  return `${parts.join(', ')}${back ? `; put back: ${back}` : ''}${pinned}`;
}
