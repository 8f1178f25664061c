import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import type { Context } from '../../runner/context.ts';
import { aliasFindings, tagFindings, tagText } from '../../steps/model/finding.ts';
import { type FollowRequest, followAlias } from '../../steps/model/follow-alias.ts';
import { keepTags } from '../../steps/model/keep-tags.ts';
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
  const result = await followAlias({ services, aliases }, { service, alias, mayLeave, signal });
  log.line(`  ${result.reason}`);
  const { versionOf } = aliases;
  // A registry that does not answer is said once.
  const tagged =
    tags && result.did !== 'failed'
      ? await keepTags({ services, tags, versionOf, clock: context.clock }, { service, signal })
      : undefined;
  if (tagged?.did === 'written') log.line(`  ${tagText(tagged)}`);
  return { alias: result, findings: [...aliasFindings(result), ...tagFindings(tagged)] };
}
