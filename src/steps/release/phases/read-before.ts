import { updateTraffic } from '../../../domain/data/commands.ts';
import type { Finding } from '../../../domain/findings/finding.ts';
import { ofRule } from '../../../domain/findings/of-rule.ts';
import { trafficRules } from '../../../domain/findings/rules/traffic.ts';
import { modelOfRevision } from '../../../domain/model/of-revision.ts';
import { canaryCapacity } from '../../../domain/traffic/canary-capacity.ts';
import { outsideOf } from '../../../domain/traffic/outside/settings.ts';
import {
  allocationText,
  resolveBefore,
  servingAllocations,
  servingNow,
} from '../../../domain/traffic/serving.ts';
import type { RunService } from '../../ports/services.ts';
import { isDead, readServing } from '../../traffic/read-serving.ts';
import { readUntil } from '../../traffic/read-until.ts';
import { type PhaseResult, passed, type ReleaseRun, refused } from '../run.ts';

/** Finds the revision to go back to. */

const restMs = 60_000;
const pauses = { first: 200, factor: 1.5, longest: 5000 };

/** The service once the traffic that others asked for is live. Until then, it is unknown what serves. */
export function atRest({ ports }: ReleaseRun, found: RunService): Promise<RunService> {
  const { services, clock, signal, log } = ports;
  let service = found;
  let isFirst = true;
  const read = async () => {
    if (!isFirst) {
      log.debug('The service is still changing; reading it again');
      service = (await services.get(found.name, signal)) ?? service;
    }
    isFirst = false;
    return service;
  };
  return readUntil(clock, read, (seen) => !isChanging(seen), pauses, {
    deadline: clock.steady() + restMs,
    signal,
  });
}

const askedText = (service: RunService) =>
  allocationText(servingAllocations(service.traffic, service.latestReadyRevision));

/** Returns true if Cloud Run is still changing the service, or if the live traffic differs from the settings. */
const isChanging = (service: RunService): boolean =>
  service.reconciling || askedText(service) !== allocationText(servingNow(service));

export async function readBefore(run: ReleaseRun, service: RunService): Promise<PhaseResult> {
  const { journal } = run;
  run.live = { ...run.live, url: service.uri };
  run.found = { ...run.found, latest: service.latestCreatedRevision };
  if (isChanging(service))
    return refused(
      `the service is still changing: its settings ask for ${askedText(service)}, but it serves ${allocationText(servingNow(service))}`,
    );
  const before = resolveBefore(service);
  if (before.kind === 'none') return firstRelease(run, 'nothing serves yet');
  if (before.kind === 'split') {
    const revisions = before.allocations.map(({ revision }) => revision);
    journal.show({ split: revisions });
    return refused(splitReason(service, revisions));
  }
  run.live = { ...run.live, serving: [{ revision: before.revision, percent: 100 }] };
  const { latestReadyRevision: latest } = service;
  if (!before.followsLatest && latest !== undefined && latest !== before.revision)
    journal.find([pinnedFinding(service, before.revision, latest)]);
  const revision = await readServing(run.ports, service.name, before.revision);
  if (isDead(revision)) {
    journal.warn(
      `${before.revision} has all the traffic and cannot serve, so there is nothing to go back to.`,
    );
    return firstRelease(run, `${before.revision} cannot serve`);
  }
  if (!revision?.ready)
    return refused(
      `${before.revision}, which has all the traffic, is not ready at the moment (${revision?.message ?? 'no reason given'}): run the job again when it is`,
    );
  const starved = canaryCapacity(service.scaling, run.request.canary);
  for (const { title, fix } of starved) run.ports.log.line(`  ${title} ${fix}.`);
  journal.find(starved);
  run.found = {
    ...run.found,
    before: {
      revision: before.revision,
      traffic: service.traffic,
      model: modelOfRevision(revision.raw),
    },
    outside: outsideOf(service),
  };
  // If a release found the serving revision bad and no other one is known to be good, there is nothing to go back to.
  const { previous } = run.found;
  const first = previous?.failed.includes(before.revision) === true && previous.stable === undefined;
  run.state = { ...run.state, first };
  return passed(`${before.revision} serves 100 %`);
}

export function firstRelease(run: ReleaseRun, why: string): PhaseResult {
  run.state = { ...run.state, first: true };
  return passed(`${why}: a first release`);
}

function splitReason(service: RunService, revisions: readonly string[]): string {
  const command = (revision: string) => updateTraffic(service.name, { all: revision });
  return `another tool split the traffic between ${revisions.join(' and ')}: choose one first with ${revisions.map(command).join(' or ')}`;
}

const pinnedFinding = (service: RunService, serving: string, latest: string): Finding => ({
  ...ofRule(trafficRules, 'serving-is-not-latest'),
  title: `The traffic is pinned to ${serving} although ${latest} is the latest revision, so deploys by other tools have been getting no traffic.`,
  why: 'A rollback or a release left the traffic pinned. A deploy that succeeds then changes nothing for the users.',
  fix: 'Release with these actions, or move the traffic by hand:',
  commands: [updateTraffic(service.name, 'latest')],
});
