import type { Waves } from '../../domain/waves/regions.ts';
import type { ReleasePorts, ReleaseStages } from '../release/ports.ts';
import { release } from '../release/release.ts';
import type { ReleaseRequest } from '../release/request.ts';
import type { ReleaseRun } from '../release/run.ts';
import type { WatchRequest } from '../watch/request.ts';
import { Coordinator } from './coordinator.ts';
import { WatchTogether } from './together.ts';

/** What one region's release needs. It is the release of a function that has one region. */
export interface RegionRelease {
  ports: ReleasePorts;
  request: ReleaseRequest;
}

export interface WavesRequest extends Pick<WatchRequest, 'objectives' | 'rule'> {
  waves: Waves;
  /** Regions that may be left out if they cannot be reached. */
  mayMiss: readonly string[];
}

export interface WavesRun {
  runs: ReadonlyMap<string, ReleaseRun>;
  /** Regions that were left out. */
  skipped: readonly string[];
  /** The region by which all others were stopped. Undefined if none was. */
  stoppedBy: string | undefined;
  /** The regions that the evidence names; empty if it names none. Undefined if the watch did not fail the release. */
  named: readonly string[] | undefined;
}

/** Runs the releases of all regions to their ends. Like `release`, it never throws. */
export async function releaseWaves(
  request: WavesRequest,
  regions: ReadonlyMap<string, RegionRelease>,
): Promise<WavesRun> {
  const { waves, mayMiss } = request;
  const together = new WatchTogether(waves, request);
  const [first] = regions.values();
  if (first === undefined) throw new Error('there is no region');
  const { clock } = first.ports;
  const coordinator = new Coordinator(waves, { clock, together, mayMiss, dryRun: first.request.dryRun });
  const runs = await Promise.all(
    [...regions].map(async ([name, { ports, request: asked }]) => {
      const stages = watching(name, ports.stages, together);
      const run = await release({ ...ports, stages, wave: coordinator.place(name) }, asked);
      return [name, run] as const;
    }),
  );
  return {
    runs: new Map(runs),
    skipped: waves.flat().filter(coordinator.isSkipped),
    stoppedBy: coordinator.stoppedBy,
    named: together.named,
  };
}

/** The same stages with a watch that decides together with the other regions. */
function watching(region: string, stages: ReleaseStages, together: WatchTogether): ReleaseStages {
  const { watch } = stages;
  if (watch === undefined) return stages;
  return {
    ...stages,
    watch: async (target, signal) => {
      const result = await watch({ ...target, together: together.of(region, target.phase) }, signal);
      const reason = result.verdict === 'fail' ? together.reason(region) : undefined;
      return reason === undefined ? result : { ...result, reason };
    },
  };
}
