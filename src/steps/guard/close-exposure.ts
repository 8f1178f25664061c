import { ReleaseError } from '../../domain/errors/errors.ts';
import { checkInvoker, serviceOf, unbind } from '../../domain/exposure/commands.ts';
import type { ExposureFacts } from '../../domain/exposure/facts.ts';
import { type Removal, withoutMembers } from '../../domain/exposure/policy/policy.ts';
import type { Repair } from '../../domain/exposure/ways/way.ts';
import type { Finding } from '../../domain/report/report.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import type { Log } from '../ports/log.ts';
import type { Services } from '../ports/services.ts';

export interface Closed {
  /** What was changed, each in one sentence. */
  repaired: string[];
  /** What could not be changed, with the exact command. */
  refused: Finding[];
}

interface Ports {
  log: Log;
  services: Services;
  exposure: ExposureSources;
}

/** Most times a write is tried again because somebody else wrote in between. */
const maxConflicts = 6;

const isRefusal = (error: unknown): error is ReleaseError =>
  error instanceof ReleaseError &&
  /^(permission-denied|remote-error|not-found|network-failed|deadline-exceeded)$/.test(error.code);

function refusal(error: ReleaseError, what: string, fix: string): Finding {
  return {
    rule: 'close-denied',
    severity: 'critical',
    title: `${what} was refused, so the function stays exposed.`,
    why: error.what,
    fix,
  };
}

/** Removes members over every matching binding; a policy that changed meanwhile is read and edited anew. */
async function removeMembers(
  ports: Ports,
  place: PolicyPlace,
  removals: readonly Removal[],
  signal?: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const current = await ports.exposure.policy(place, signal);
    if (!current.ok)
      throw new ReleaseError(current.cause === 'denied' ? 'permission-denied' : 'remote-error', {
        what: `The policy of ${place.resource} could not be read: ${current.detail}`,
      });
    const next = withoutMembers(current.value, removals);
    if (!next) return;
    if ((await ports.exposure.setPolicy(place, next, signal)) === 'accepted') return;
    if (tries >= maxConflicts)
      throw new ReleaseError('remote-error', {
        what: `The policy of ${place.resource} was changed by somebody else ${tries + 1} times in a row.`,
      });
  }
}

async function turnCheckOn(ports: Ports, service: string, signal?: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    const current = await ports.services.get(service, signal);
    if (!current?.invokerIamDisabled) return;
    const options = { etag: current.etag, ...(signal ? { signal } : {}) };
    if ((await ports.services.patch(service, { invokerIamDisabled: false }, options)) === 'accepted') return;
    if (tries >= maxConflicts)
      throw new ReleaseError('remote-error', {
        what: `The service ${service} was changed by somebody else ${tries + 1} times in a row.`,
      });
  }
}

/**
 * Closes what may be closed here: bindings of the function's own service and its invoker check, never anything above
 * it. Each part is tried, also where another was refused; doing it twice is the same as once.
 */
export async function closeExposure(
  ports: Ports,
  facts: Pick<ExposureFacts, 'target' | 'function'>,
  repairs: readonly Repair[],
  signal?: AbortSignal,
): Promise<Closed> {
  const closed: Closed = { repaired: [], refused: [] };
  const { target } = facts;
  const each = repairs.flatMap((repair) => (repair.kind === 'unbind' ? [repair.removal] : []));
  // The same member may be in several bindings of one role: it is taken out of all of them at once.
  const removals = [
    ...new Map(each.map((removal) => [`${removal.role} ${removal.member}`, removal])).values(),
  ];
  const gen1 = facts.function.ok && facts.function.value.generation === 1;
  const place: PolicyPlace = gen1
    ? {
        level: 'function',
        resource: `projects/${target.project}/locations/${target.region}/functions/${target.name}`,
        generation: 1,
      }
    : { level: 'service', resource: target.service ?? '' };
  const attempt = async (what: string, fix: string, done: string, change: () => Promise<void>) => {
    try {
      await change();
      closed.repaired.push(done);
      ports.log.line(done);
    } catch (error) {
      if (signal?.aborted || !isRefusal(error)) throw error;
      closed.refused.push(refusal(error, what, fix));
    }
  };
  if (repairs.some(({ kind }) => kind === 'check-invoker') && target.service) {
    const { service } = target;
    const done = `Switched the invoker check of ${serviceOf(target)} on again.`;
    await attempt('Switching the invoker check on', checkInvoker(target), done, () =>
      turnCheckOn(ports, service, signal),
    );
  }
  if (removals.length > 0) {
    const named = removals.map(({ member, role }) => `${member} from ${role}`).join(', ');
    const fix = removals
      .map(({ role, member }) => unbind(place.level, place.resource, role, member, target, false))
      .join(' && ');
    const done = `Removed ${named} in the policy of ${place.resource.split('/').at(-1)}.`;
    await attempt(`Removing ${named}`, fix, done, () => removeMembers(ports, place, removals, signal));
  }
  return closed;
}
