import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import type { Context } from '../../runner/context.ts';
import { tagText } from '../../steps/model/finding.ts';
import type { FollowRequest } from '../../steps/model/follow-alias.ts';
import { followTraffic } from '../../steps/model/follow-traffic.ts';
import { afterRelease, afterRollback } from '../../steps/model/may-leave.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { Platform } from '../login/platform.ts';
import type { AskedModel } from './inputs.ts';
import { openModel } from './open.ts';

export interface Followed {
  alias: AliasResult;
  findings: Finding[];
}

interface Follow {
  asked: AskedModel;
  project: string;
  region: string;
  /** projects/P/locations/L/services/S */
  service: string;
  services: Services;
  /** The revisions that served before a rollback. Undefined: no rollback by hand, but what a release left behind. */
  from?: readonly string[] | undefined;
}

/** Makes the alias of the model name what serves now, and its versions say so. Undefined if the model has no alias. */
export async function follow(
  context: Context,
  platform: Platform,
  { asked, project, region, service, services, from }: Follow,
): Promise<Followed | undefined> {
  const { alias } = asked;
  if (alias === undefined) return undefined;
  const { aliases, tags } = await openModel(context, platform, asked, { project, region });
  if (aliases === undefined) return undefined;
  const { signal, log } = context;
  const references = await Promise.all(
    (from ?? []).map(async (revision) => {
      try {
        return modelOfRevision((await services.revision(service, revision, signal))?.raw)?.reference;
      } catch (error) {
        log.debug(`Which model does ${revision} carry? ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  const mayLeave: FollowRequest['mayLeave'] = (record) =>
    from === undefined
      ? afterRelease(record, alias)
      : afterRollback(record, references, (reference) => aliases.versionOf(reference));
  const ports = { services, aliases, tags, clock: context.clock };
  const followed = await followTraffic(ports, { service, alias, mayLeave, signal });
  log.line(`  ${followed.alias.reason}`);
  if (followed.tags?.did === 'written') log.line(`  ${tagText(followed.tags)}`);
  return followed;
}
