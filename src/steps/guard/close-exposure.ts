import { type ErrorCode, ReleaseError } from '../../domain/errors/errors.ts';
import { enableInvokerCheck, removeBinding, serviceShortName } from '../../domain/exposure/commands.ts';
import type { ExposureFacts } from '../../domain/exposure/facts.ts';
import { placeName, policyName } from '../../domain/exposure/places.ts';
import { type Removal, readPolicy, withoutMembers } from '../../domain/exposure/policy/policy.ts';
import type { Repair } from '../../domain/exposure/ways/way.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { exposureRules } from '../../domain/findings/rules/exposure.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import type { Log } from '../ports/log.ts';
import type { Services } from '../ports/services.ts';

export interface Closed {
  /** The changes that were made, one sentence each. */
  repaired: string[];
  /** The changes that failed, each with the command that an administrator can run. */
  refused: Finding[];
}

interface Ports {
  log: Log;
  services: Services;
  exposure: ExposureSources;
}

/** How often a write is repeated because another writer was faster. */
const maxConflicts = 6;

/** Refusals of the API. Any other error ends the guard, since it says nothing about this one change. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'permission-denied',
  'remote-error',
  'not-found',
  'network-failed',
  'deadline-exceeded',
  'response-malformed',
]);

/** Why Google refused, if it is a known failure, such as a policy of the organisation that forbids a member. */
async function causeOf({ facts }: ReleaseError): Promise<string | undefined> {
  if (!facts) return undefined;
  const { explain } = await import('../../domain/causes/explain.ts');
  return explain(facts)?.why;
}

const isRefusal = (error: unknown): error is ReleaseError =>
  error instanceof ReleaseError && refusals.has(error.code);

/** One change that closes something, with what to report if it works and if it is refused. */
interface Change {
  /** Subject of "... was refused". */
  what: string;
  /** One sentence for a change that worked. */
  done: string;
  /** The commands that make the same change by hand. */
  commands: string[];
  repairs: Repair['kind'];
  apply: () => Promise<void>;
}

/**
 * Closes what the guard may close: bindings of the function's own service, and its invoker check. It never changes
 * anything above the service. A refused change does not stop the next one, and a repeated change has no further effect.
 */
export async function closeExposure(
  ports: Ports,
  facts: Pick<ExposureFacts, 'target' | 'function'>,
  repairs: readonly Repair[],
  signal?: AbortSignal,
): Promise<Closed> {
  const closed: Closed = { repaired: [], refused: [] };
  for (const change of [
    ...invokerCheckChange(ports, facts, repairs, signal),
    ...policyChange(ports, facts, repairs, signal),
  ]) {
    try {
      await change.apply();
      closed.repaired.push(change.done);
      ports.log.line(change.done);
    } catch (error) {
      if (signal?.aborted || !isRefusal(error)) throw error;
      closed.refused.push({
        ...ofRule(exposureRules, 'close-denied'),
        about: [change.repairs],
        title: `${change.what} was refused, so the function is still open.`,
        why: [error.what, await causeOf(error)].filter(Boolean).join(' '),
        fix: 'Ask an administrator to close it:',
        commands: change.commands,
      });
    }
  }
  return closed;
}

function invokerCheckChange(
  ports: Ports,
  { target }: Pick<ExposureFacts, 'target'>,
  repairs: readonly Repair[],
  signal?: AbortSignal,
): Change[] {
  const { service } = target;
  if (!service || !repairs.some(({ kind }) => kind === 'check-invoker')) return [];
  return [
    {
      what: 'Switching the invoker check on',
      done: `Switched the invoker check of ${serviceShortName(target)} on again.`,
      commands: [enableInvokerCheck(target)],
      repairs: 'check-invoker',
      apply: () => switchCheckOn(ports, service, signal),
    },
  ];
}

function policyChange(
  ports: Ports,
  facts: Pick<ExposureFacts, 'target' | 'function'>,
  repairs: readonly Repair[],
  signal?: AbortSignal,
): Change[] {
  const { target } = facts;
  const each = repairs.flatMap((repair) => (repair.kind === 'unbind' ? [repair] : []));
  const key = ({ role, member }: Removal) => `${role} ${member}`;
  // Several bindings of one role may name the same member. One removal takes it out of all of them.
  const removals = [...new Map(each.map(({ removal }) => [key(removal), removal])).values()];
  const underCondition = new Set(each.filter((one) => one.conditional).map(({ removal }) => key(removal)));
  if (removals.length === 0) return [];
  const place = ownPolicy(facts);
  const named = removals.map(({ member, role }) => `${member} from ${role}`).join(', ');
  const commands = removals.map((removal) => {
    const { role, member } = removal;
    const conditional = underCondition.has(key(removal));
    return removeBinding(place.level, place.resource, role, member, target, conditional);
  });
  return [
    {
      what: `Removing ${named}`,
      done: `Removed ${named} on ${placeName(place.level, place.resource)}.`,
      commands,
      repairs: 'unbind',
      apply: () => removeMembers(ports, place, removals, signal),
    },
  ];
}

/** The policy that decides about calls: that of the function for gen1, else that of its Cloud Run service. */
function ownPolicy({ target, function: described }: Pick<ExposureFacts, 'target' | 'function'>): PolicyPlace {
  const { project, region, name, service = '' } = target;
  if (!described.ok || described.value.generation === 2) return { level: 'service', resource: service };
  const resource = `projects/${project}/locations/${region}/functions/${name}`;
  return { level: 'function', resource, generation: 1 };
}

/** Removes members from every binding. If the policy changed in between, it reads it again and repeats the edit. */
async function removeMembers(
  ports: Ports,
  place: PolicyPlace,
  removals: readonly Removal[],
  signal?: AbortSignal,
): Promise<void> {
  const name = policyName(place.level, place.resource);
  for (let tries = 1; ; tries++) {
    const current = await ports.exposure.policy(place, signal);
    if (!current.ok)
      throw new ReleaseError(current.cause === 'denied' ? 'permission-denied' : 'remote-error', {
        what: `The guard could not read ${name}: ${current.detail}`,
      });
    // Without an etag the write would delete what another writer changed in between.
    if (readPolicy(current.value).etag === undefined)
      throw new ReleaseError('response-malformed', { what: `The answer for ${name} has no etag.` });
    const next = withoutMembers(current.value, removals);
    if (!next) return;
    if ((await ports.exposure.setPolicy(place, next, signal)) === 'accepted') return;
    if (tries > maxConflicts) throw outpaced(name, tries);
  }
}

async function switchCheckOn(ports: Ports, service: string, signal?: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    const current = await ports.services.get(service, signal);
    if (!current?.invokerIamDisabled) return;
    const options = { etag: current.etag, ...(signal ? { signal } : {}) };
    if ((await ports.services.patch(service, { invokerIamDisabled: false }, options)) === 'accepted') return;
    if (tries > maxConflicts) throw outpaced(`the service ${service}`, tries);
  }
}

const outpaced = (name: string, tries: number) =>
  new ReleaseError('remote-error', {
    what: `Another writer changed ${name} before each of ${tries} attempts to change it.`,
  });
