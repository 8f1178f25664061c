import type { Finding } from '../../domain/findings/finding.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import type { TagResult } from '../../domain/model/tags.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelAliases, ModelTags } from '../ports/model.ts';
import { aliasFindings, tagFindings } from './finding.ts';
import { type FollowRequest, followAlias } from './follow-alias.ts';
import { keepTags } from './keep-tags.ts';
import type { SeePorts } from './see.ts';

interface Ports extends SeePorts {
  aliases: ModelAliases;
  /** Undefined: this registry has no place for them. */
  tags: ModelTags | undefined;
  clock: Pick<Clock, 'now'>;
}

export interface FollowedTraffic {
  alias: AliasResult;
  /** Undefined: nothing was asked of them. */
  tags: TagResult | undefined;
  findings: Finding[];
}

/** Makes the alias name what serves, and then the versions say so. */
export async function followTraffic(
  { services, aliases, tags, clock }: Ports,
  request: FollowRequest,
): Promise<FollowedTraffic> {
  const { service, signal } = request;
  const { versionOf } = aliases;
  const alias = await followAlias({ services, aliases }, request);
  // A registry that does not answer is said once.
  const kept =
    tags && alias.did !== 'failed'
      ? await keepTags({ services, tags, versionOf, clock }, { service, signal })
      : undefined;
  return { alias, tags: kept, findings: [...aliasFindings(alias), ...tagFindings(kept)] };
}
