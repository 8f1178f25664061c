import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import { inputsToSave, type SavedSettings } from '../../domain/traffic/outside/saved.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Deployed } from '../ports/target.ts';
import type { TrafficPorts } from './ports.ts';

interface Saved {
  before: SavedSettings | undefined;
  now: SavedSettings | undefined;
}

/**
 * A rollback does not change the function resource, which still describes the last build. Returns a finding if that build is not the one
 * that serves.
 */
export function driftOf(
  deployed: Pick<Deployed, 'kind' | 'revision'> | undefined,
  serving: string,
  saved?: Saved,
): Finding[] {
  const described = deployed?.revision;
  if (deployed === undefined || described === undefined || described === serving) return [];
  const holder = deployed.kind === 'function' ? 'function resource' : 'template of the service';
  const inputs = saved?.before && saved.now ? inputsToSave(saved.before, saved.now) : [];
  const outside =
    inputs.length === 0
      ? ''
      : ` Some settings hold for every revision, and the function has new values saved. To save the old ones again, set in your next release: ${inputs.join('; ')}.`;
  return [
    {
      ...ofRule(trafficRules, 'function-describes-another-revision'),
      title: `${serving} serves, but the ${holder} still describes ${described}.`,
      why: 'A rollback only moves traffic. The source, environment and settings that are saved with the function are still those of the newer build, and the next deploy starts from them.',
      fix: `Your next release must set everything that ${described} changed. Until then deploys of other tools get no traffic, because the revision is pinned by name.${outside}`,
    },
  ];
}

/** Reads the function after the traffic was put back. A failed read is no error: the traffic does not depend on it. */
export async function driftAfter(
  { target, log }: Pick<TrafficPorts, 'target' | 'log'>,
  record: ReleaseRecord | undefined,
  signal?: AbortSignal,
): Promise<Finding[]> {
  if (record?.before_revision === undefined) return [];
  try {
    const deployed = await target.read(signal);
    const saved = { before: record.outside?.saved, now: deployed?.saved };
    return driftOf(deployed, record.before_revision, saved);
  } catch (error) {
    log.debug(`What has the function saved? ${messageOf(error)}`);
    return [];
  }
}
