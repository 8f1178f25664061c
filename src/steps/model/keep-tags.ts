import { messageOf } from '../../domain/errors/errors.ts';
import { decideTags, inSeconds, type TagResult } from '../../domain/model/tags.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelAliases, ModelTags } from '../ports/model.ts';
import { type SeePorts, seeNow } from './see.ts';

export interface TagPorts extends SeePorts {
  tags: ModelTags;
  versionOf: ModelAliases['versionOf'];
  clock: Pick<Clock, 'now'>;
}

/** After its writes a run reads again. One that others overtake each time leaves it to them. */
const mostRounds = 4;

/**
 * Makes the versions of the model say which of them serves here, since when, and which has served until when. It follows the
 * traffic as the alias does, and it never throws: what a registry refuses is told, and costs no release.
 */
export async function keepTags(
  ports: TagPorts,
  { service, signal }: { service: string; signal?: AbortSignal | undefined },
): Promise<TagResult> {
  const { tags, versionOf, clock } = ports;
  let wrote = 0;
  try {
    for (let round = 1; round <= mostRounds; round++) {
      const [seen, tagged] = await Promise.all([seeNow(ports, service, signal), tags.read(service, signal)]);
      if (seen.open) return { did: 'left', reason: 'a release is under way, which writes them at its end' };
      if (seen.revision === undefined)
        return { did: 'left', reason: 'no single revision has all the traffic' };
      const version = seen.carried && versionOf(seen.carried.reference);
      const writes = decideTags({
        serving: { revision: tags.spelled(service, seen.revision), version },
        tagged,
        now: inSeconds(clock.now()),
        by: releasedBy(seen.record, seen.revision),
      });
      if (writes.length === 0)
        return wrote === 0
          ? { did: 'stands', reason: 'they say what serves' }
          : { did: 'written', reason: servesText(version) };
      for (const write of writes) if ((await tags.write(service, write, signal)) === 'written') wrote++;
    }
    return { did: 'failed', reason: `others changed them after each of ${mostRounds} writes` };
  } catch (error) {
    return { did: 'failed', reason: messageOf(error).replace(/\.$/, '') };
  }
}

const servesText = (version: string | undefined): string =>
  version === undefined ? 'no version of this model serves any more' : `version ${version} serves`;

function releasedBy(record: ReleaseRecord | undefined, revision: string) {
  if (record?.candidate !== revision) return undefined;
  const { commit, repository, run } = record;
  return { commit, run: repository && run ? `${repository}/actions/runs/${run}` : undefined };
}
