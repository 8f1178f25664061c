import { objectOf, textOf } from '../../domain/data/json.ts';
import { configLabel, sourceLabel } from '../../domain/product.ts';
import { digestIn } from '../../domain/source/location.ts';
import { labelDigest } from '../../domain/source/manifest.ts';
import type { DeployRun } from '../../steps/deploy/ports.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import { pollService } from '../run/follow.ts';
import { newestRevision } from '../run/join.ts';
import { carriesAll, labelsOf } from '../run/plan.ts';
import { buildOfService } from './builds.ts';
import type { SourcePorts } from './world.ts';

/** A service, and what is known of the build that its settings name. */
export interface Met {
  service: RunService | undefined;
  /** The newest revision. It is read only if it may have been built from the source that is to be deployed. */
  made: RunRevision | undefined;
  /** An interrupted attempt of this very deploy is building it. */
  joins: boolean;
}

const locationOf = (service: RunService) => textOf(objectOf(service.raw.buildConfig).sourceLocation);

/**
 * Looks for a build that is already running. One that an interrupted attempt of this deploy has begun is joined; the deploy
 * waits until any other one ends.
 */
export async function meetRunning(
  run: DeployRun,
  ports: SourcePorts,
  service: RunService | undefined,
  sha256: string,
): Promise<Met> {
  const { request } = run;
  const met = await look(run, ports, service, sha256);
  if (!met.running || met.joins || !met.service) return met;
  if (request.dryRun) {
    ports.log.warning(
      `Another deploy of ${request.name} is running: this plan may be out of date when it ends.`,
    );
    return met;
  }
  ports.log.line(`Another deploy of ${request.name} is running: waiting until it ends`);
  const { name } = met.service;
  const { deadline } = run;
  const { signal } = request;
  return pollService(ports, { name, deadline, signal }, async (now) => {
    const again = await look(run, ports, now, sha256);
    return again.running && !again.joins ? undefined : again;
  });
}

async function look(
  { request }: DeployRun,
  ports: SourcePorts,
  service: RunService | undefined,
  sha256: string,
): Promise<Met & { running: boolean }> {
  const none = { service, made: undefined, joins: false, running: false };
  if (!service) return none;
  const said = digestIn(locationOf(service));
  if (service.arrived && said !== sha256) return none;
  const made = await newestRevision(ports, service, request.signal);
  if (isBuiltFrom(service, made, said)) return { ...none, made };
  const build = await buildOfService(ports, request, service);
  const running = build ? build.state === 'running' || !service.arrived : !service.arrived;
  const ours = said === sha256 && carriesAll(service.labels, labelsOf(request, sha256, ports.sha256));
  return { service, made, joins: running && ours, running };
}

/** The newest revision was made from the source that the service names, so only the traffic can still change. */
const isBuiltFrom = (service: RunService, made: RunRevision | undefined, said: string | undefined): boolean =>
  said !== undefined &&
  made !== undefined &&
  (made.ready || made.failed) &&
  carriesAll(objectOf(made.raw.labels), {
    [sourceLabel]: labelDigest(said),
    [configLabel]: service.labels[configLabel] ?? '',
  });
