import { type AlertEvidence, judgeAlerts } from '../../domain/alerts/judge.ts';
import { likelyService } from '../../domain/data/resource-name.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Freeze } from '../../domain/freeze/freeze.ts';
import { judgeFreeze } from '../../domain/freeze/judge.ts';
import type { Context } from '../../runner/context.ts';
import type { Platform } from '../login/platform.ts';
import type { DeployInputs } from './inputs.ts';

/** Whether a deploy may begin now. */
export interface Now {
  /** Why it may not. Undefined: it goes on. */
  blocked: string | undefined;
  findings: Finding[];
  evidence: { freeze?: Freeze; alerts?: AlertEvidence };
}

/**
 * Asks the calendar and Cloud Monitoring, as a release does: whether a window forbids a deploy, and whether an alert on the service is
 * open. A dry run changes nothing, so it only says what a deploy would do.
 */
export async function askWhetherNow(
  { clock, log, signal }: Pick<Context, 'clock' | 'log' | 'signal'>,
  { rest }: Pick<Platform, 'rest'>,
  { freeze, alerts, request: { project, region, name, dryRun } }: DeployInputs,
): Promise<Now> {
  const now: Now = { blocked: undefined, findings: [], evidence: {} };
  const say = (reason: string, blocks: boolean): boolean => {
    if (blocks && !dryRun) now.blocked = reason;
    else log.warning(blocks ? `A deploy would stop: ${reason}` : reason);
    return now.blocked !== undefined;
  };
  // Google's time counts, because the login has corrected the clock.
  const frozen = judgeFreeze(freeze, clock.now());
  if (frozen) {
    now.evidence.freeze = frozen.evidence;
    now.findings.push(frozen.finding);
    if (say(frozen.reason, frozen.blocks)) return now;
  }
  if (alerts === undefined) return now;
  const { readOpenAlerts } = await import('../../gcp/alerts/open-alerts.ts');
  const names = [likelyService(name), name];
  const look = await readOpenAlerts(rest, { project, region, names }, signal);
  const judged = judgeAlerts(alerts, look, name, clock.now());
  now.evidence.alerts = judged.evidence;
  if (judged.finding) {
    now.findings.push(judged.finding);
    say(judged.reason, judged.blocks);
  }
  return now;
}
