import type { FailoverEvidence } from '../../domain/drill/failover.ts';
import { inOrder, type Past } from '../../domain/drill/trend.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { FailoverContext } from './failover-ports.ts';
import type { DrillPorts } from './ports.ts';
import { isRefusal } from './restore.ts';
import { readResults, writeResult } from './results.ts';

/** Adds this exercise to the results, and reads them all. */
export async function failoverTrend(
  { buckets, clock, log }: Pick<DrillPorts, 'buckets' | 'clock' | 'log'>,
  { run, results, signal }: FailoverContext,
  evidence: FailoverEvidence,
  findings: readonly Finding[],
): Promise<Past[]> {
  if (results.bucket === '') return [];
  const past: Past[] = [];
  try {
    if (evidence.put_back !== undefined) {
      const now: Past = {
        ...{ run, at: clock.now(), passed: findings.length === 0, rpo_seconds: undefined },
        ...{ rto_seconds: evidence.rto_seconds, bad: evidence.bad },
      };
      past.push(now);
      const { trend: _, ...measured } = evidence;
      await writeResult({ buckets }, results, now, measured, signal);
    }
    await readResults({ buckets }, results, past, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warning(`The results of earlier exercises are not in the summary: ${error.message}`);
  }
  return inOrder(past);
}
