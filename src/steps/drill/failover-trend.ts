import type { FailoverEvidence } from '../../domain/drill/failover.ts';
import { inOrder, type Past, pastMetadata, readPast } from '../../domain/drill/trend.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { FailoverContext } from './failover-ports.ts';
import type { DrillPorts } from './ports.ts';
import { isRefusal } from './restore.ts';

/** Adds this exercise to the results, and reads them all. */
export async function failoverTrend(
  { buckets, clock, log }: Pick<DrillPorts, 'buckets' | 'clock' | 'log'>,
  { run, results: { bucket, folder }, signal }: FailoverContext,
  evidence: FailoverEvidence,
  findings: readonly Finding[],
): Promise<Past[]> {
  if (bucket === '') return [];
  const past: Past[] = [];
  try {
    if (evidence.put_back !== undefined) {
      const now: Past = {
        ...{ run, at: clock.now(), passed: findings.length === 0, rpo_seconds: undefined },
        ...{ rto_seconds: evidence.rto_seconds, bad: evidence.bad },
      };
      past.push(now);
      const { trend: _, ...measured } = evidence;
      const text = JSON.stringify({ ...now, ...measured }, null, 2);
      await buckets.write(
        { bucket, name: `${folder}${run}.json` },
        { bytes: Buffer.from(`${text}\n`), type: 'application/json', metadata: pastMetadata(now) },
        undefined,
        signal,
      );
    }
    for (const { name, metadata } of await buckets.list(bucket, folder, 'live', signal)) {
      const one = readPast(name.slice(folder.length).replace(/\.json$/, ''), metadata);
      if (one) past.push(one);
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warning(`The results of earlier exercises are not in the summary: ${error.message}`);
  }
  return inOrder(past);
}
