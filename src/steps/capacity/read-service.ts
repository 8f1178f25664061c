import { defaults } from '../../domain/capacity/plan.ts';
import { isTrial, trialTag } from '../../domain/capacity/record.ts';
import { updateTraffic } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { tagProblem } from '../../domain/deploy/limits.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen } from '../../domain/traffic/record.ts';
import { followsLatest } from '../../domain/traffic/traffic.ts';
import type { RunRevision, RunService } from '../ports/services.ts';
import type { CapacityPorts } from './ports.ts';

export interface Measurable {
  service: RunService;
  audience: string;
  /** The revision whose image and settings are measured: the newest one. */
  revision: RunRevision;
}

/** Reads the service, and refuses to measure one whose new revisions could get traffic, or which a release is changing. */
export async function readMeasurable(
  { services, log }: Pick<CapacityPorts, 'services' | 'log'>,
  name: string,
  signal: AbortSignal,
): Promise<Measurable> {
  const short = shortName(name) ?? '';
  const service = await services.get(name, signal);
  if (!service)
    throw new ReleaseError('not-found', { what: `The Cloud Run service ${short} does not exist.` });
  const refuse = (what: string, fix?: string, commands: string[] = []) =>
    new ReleaseError('capacity-refused', { what, ...(fix ? { fix } : {}), commands });
  const { latestReadyRevision: newest, scaling } = service;
  const found = parseRecord(service.annotations[recordAnnotation]);
  if (found.kind === 'newer' || (found.kind === 'record' && isOpen(found.record)))
    throw refuse(
      `A release of ${short} is under way, or was interrupted.`,
      'Let the release end, or run it again.',
    );
  if (!service.arrived || newest === undefined || newest !== service.latestCreatedRevision)
    throw refuse(`The newest revision of ${short} is not ready.`, 'Deploy a revision that starts.');
  if (isTrial(short, newest))
    throw refuse(
      `${newest} is left of an interrupted measurement, and the record of what was there before is gone.`,
      'Release the function with the size that it should have.',
    );
  if (followsLatest(service.traffic))
    throw refuse(
      `${short} sends its traffic to whichever revision is the newest, so a configuration that is measured would serve users.`,
      'Send the traffic to the revision by name. A release of ours does the same.',
      [updateTraffic(name, { all: newest })],
    );
  if (scaling.scalingMode === 'MANUAL')
    throw refuse(
      `${short} has a number of instances that was set by hand, so a revision without traffic gets none.`,
      'Let Cloud Run scale the service.',
    );
  if (scaling.maxInstanceCount)
    log.warning(
      `${short} limits its instances as a whole (${scaling.maxInstanceCount}). Cloud Run divides them by traffic, so a configuration may be measured with fewer instances than it asks for.`,
    );
  const problem = tagProblem(short, [trialTag('000', defaults.trials)]);
  if (problem) throw refuse(`${problem}.`);
  const audience = service.uri || service.urls[0];
  if (audience === undefined) throw refuse(`${short} has no URL.`);
  const revision = await services.revision(name, newest, signal);
  if (!revision) throw refuse(`${newest} does not exist any more.`);
  return { service, audience, revision };
}
