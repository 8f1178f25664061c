import type { SloEvidence } from '../../domain/alerting/evidence.ts';
import { changeLines } from '../../domain/alerting/text.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Log } from '../../steps/ports/log.ts';

/** Logs what differs, and what is wrong. */
export function logResult(log: Log, findings: readonly Finding[], evidence: SloEvidence): void {
  for (const line of changeLines(evidence)) log.line(line);
  for (const { severity, title, fix } of findings.filter((one) => one.rule !== 'slo-drift')) {
    log.line(`${severity}: ${title}`);
    if (fix) log.line(`  ${fix}`);
  }
}
