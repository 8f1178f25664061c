import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { openTagDoors } from './doors.ts';
import { isSettled, LATEST, type LiveTarget, PINNED, type Service, type Target } from './model.ts';
import { sampleNow } from './reachability.ts';

const TAG = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Checks the `traffic` of a PATCH as Cloud Run does. An empty list means 100 % to LATEST
 * (google/cloud/run/v2/service.proto). A tag's host is `TAG---SERVICE-…`, so both names together have at most 46 characters.
 * @param coming the name of the revision that the same change makes
 */
export function checkTraffic(service: Service, value: unknown, coming?: string): Target[] {
  const targets = (Array.isArray(value) ? value : []).map((raw, i) =>
    checkTarget(service, raw as Target, i, coming),
  );
  if (targets.length === 0) return [{ type: LATEST, percent: 100 }];
  const sum = targets.reduce((total, { percent }) => total + (percent ?? 0), 0);
  if (sum !== 100)
    throw invalidArgument(`Traffic targets must sum to 100 percent, but they sum to ${sum}.`, [
      { field: 'service.traffic', description: 'percent' },
    ]);
  const tags = targets.flatMap(({ tag }) => tag ?? []);
  const twice = tags.find((tag, i) => tags.indexOf(tag) !== i);
  if (twice) throw invalidArgument(`Traffic tag '${twice}' is used more than once.`);
  return targets;
}

function checkTarget(service: Service, raw: Target, i: number, coming: string | undefined): Target {
  const field = `service.traffic[${i}]`;
  const bad = (description: string) => invalidArgument(`${field}: ${description}`, [{ field, description }]);
  const { percent = 0, tag } = raw;
  const revision = raw.revision || undefined;
  if (!Number.isInteger(percent) || percent < 0 || percent > 100)
    throw bad(`percent must be between 0 and 100, got ${percent}`);
  const type = raw.type ?? (revision ? PINNED : LATEST);
  if (type !== LATEST && type !== PINNED) throw bad('type must be LATEST or REVISION');
  if (type === LATEST && revision) throw bad('a revision may not be given with the type LATEST');
  if (type === PINNED && !revision) throw bad('the type REVISION needs a revision');
  if (revision?.includes('/')) throw bad(`'${revision}' is not the short name of a revision`);
  if (revision && revision !== coming && !service.revisions.has(revision))
    throw bad(`Revision '${revision}' was not found.`);
  if (tag && !TAG.test(tag))
    throw bad(`tag '${tag}' must be lower-case letters, digits and hyphens, beginning with a letter`);
  if (tag && tag.length + service.id.length > 46)
    throw bad(
      `the traffic tag '${tag}' and the service name '${service.id}' together may have at most 46 characters`,
    );
  return {
    type,
    ...(revision ? { revision } : {}),
    ...(percent ? { percent } : {}),
    ...(tag ? { tag } : {}),
  };
}

/** LATEST is the newest revision that became ready. */
function resolve(service: Service): LiveTarget[] {
  return service.traffic.map((target) => ({
    ...target,
    serves: target.type === LATEST ? (service.latestReady ?? '') : (target.revision as string),
  }));
}

/**
 * Applies a change of the desired state. The generation rises at once; traffic follows after the settle time. A newer change
 * overtakes an older one. If a target is not ready, the old split stays and the service reports the failure.
 * @param work what has to end before traffic moves, such as the start of a revision. It resolves with a failure, if any
 */
export function settle(
  world: World,
  service: Service,
  delayMs = world.settings.trafficSettleMs,
  work: Promise<string | undefined> = Promise.resolve(undefined),
): Promise<void> {
  service.generation++;
  service.etagSerial++;
  service.updateTime = world.now();
  service.failure = undefined;
  const generation = service.generation;
  const finish = async (failure: string | undefined) => {
    if (service.deleted) return;
    const overtaken = service.generation !== generation;
    // A newer change that has settled knew only the revisions of its time.
    if (overtaken && !isSettled(service)) return;
    await openTagDoors(world, service);
    carryOut(service);
    if (!overtaken) service.failure = failure ?? service.failure;
    noteFailedRevision(world, service);
    sampleNow(world);
  };
  return work.then(
    (failure) =>
      new Promise((done) => {
        setTimeout(() => void finish(failure).then(done), delayMs);
      }),
  );
}

/** Notes a failed latest revision. The other revisions still serve; a quirk decides whether the service counts as failed. */
export function noteFailedRevision(world: World, service: Service): void {
  const newest = service.latestCreated ? service.revisions.get(service.latestCreated) : undefined;
  if (world.quirks.failedRevisionFailsService && newest?.state === 'failed')
    service.failure ??= newest.message;
}

function carryOut(service: Service): void {
  service.observedGeneration = service.generation;
  service.etagSerial++;
  const next = resolve(service);
  const broken = next.find(
    ({ serves, percent, tag }) => (percent || tag) && service.revisions.get(serves)?.state !== 'ready',
  );
  if (!broken) {
    service.live = next;
    return;
  }
  service.failure = broken.serves
    ? `Revision '${broken.serves}' is not ready and cannot serve traffic.`
    : 'The service has no revision that is ready.';
}
