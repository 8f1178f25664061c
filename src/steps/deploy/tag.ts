import { ReleaseError } from '../../domain/errors/errors.ts';
import { withTag } from '../../domain/traffic/compose.ts';
import type { DeployRun } from './ports.ts';
import { changeShares } from './traffic.ts';

/** Gives the revision its tag, which gives it a URL of its own, at 0 % too. Moves no traffic. */
export async function giveTag(run: DeployRun): Promise<void> {
  const { request, result } = run;
  const { revision, service } = result;
  const { tag } = request;
  if (tag === undefined || revision === undefined || service === undefined) return;
  const changed = await changeShares(run, service, (current) => ({
    traffic: withTag(current.traffic, revision, tag),
  }));
  if (!changed.done)
    throw new ReleaseError('deploy-conflict', {
      what: `${revision} did not get the tag ${tag}: ${changed.reason}.`,
      why: 'Another tool changed the traffic of the service at the same time.',
      fix: 'Run the job again. It builds nothing, and sets the tag.',
    });
  if (changed.wrote) run.act(`tag ${tag} given to ${revision}`);
  result.traffic = changed.service.trafficStatuses;
  result.tagUrl = result.traffic.find((target) => target.tag === tag)?.uri;
}
