import type { CapacityEvidence } from '../../domain/capacity/evidence.ts';
import { type CapacityFile, readCapacityFile } from '../../domain/capacity/file.ts';
import { samePoint } from '../../domain/capacity/point.ts';
import { capacitySchema } from '../../domain/product.ts';
import type { ResultFile } from '../../runner/action.ts';

/** What the configuration that was found takes, for `drill`. Undefined if none was found, or if the image has no digest. */
export function capacityFile(evidence: CapacityEvidence): ResultFile | undefined {
  const { found, image, revision, objective } = evidence;
  const trial = evidence.trials.find(
    ({ point, answer }) => answer === 'keeps' && found && samePoint(point, found),
  );
  if (!found || !trial || trial.p95_ms === undefined) return undefined;
  const file = {
    schema: capacitySchema,
    service: evidence.service,
    region: evidence.region,
    image,
    revision,
    measured_at: evidence.measured_at,
    settings: {
      cpu: found.cpu,
      memory_mib: found.memoryMib,
      concurrency: found.concurrency,
      instances: found.instances,
    },
    objective,
    requests_per_second: evidence.requests_per_second,
    concurrency: found.instances * found.concurrency,
    p95_ms: Math.round(trial.p95_ms),
    calls: trial.calls,
    misses: trial.misses,
    confidence: evidence.confidence,
  } satisfies Omit<CapacityFile, 'image' | 'revision'> & Record<'image' | 'revision', string | undefined>;
  const text = `${JSON.stringify(file, null, 2)}\n`;
  return 'file' in readCapacityFile(text) ? { name: 'capacity.json', text } : undefined;
}
