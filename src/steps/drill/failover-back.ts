import type { JsonObject } from '../../domain/data/json.ts';
import { textOrEmpty } from '../../domain/data/json.ts';
import { addCommand, groupOf, hasGroup, putBack, readMarker } from '../../domain/drill/balancer.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { type Finding, findingLine } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { drillRules } from '../../domain/findings/rules/drill.ts';
import { notDone } from './clean-up.ts';
import type { FailoverPorts } from './failover-ports.ts';
import { isRefusal } from './restore.ts';

/** With growing pauses, about two minutes. */
const mostTries = 20;
/** For so long a write may still arrive whose end is not known. */
export const lateMs = 60_000;

/** What one run took out. */
export interface Own {
  run: string;
  backend?: JsonObject | undefined;
  /** It is not known whether the write that took it out has ended: Compute Engine may still carry it out. */
  isLate?: boolean;
}

export interface Back {
  /** `nothing`: there is no marker, and nothing of ours is missing. `not`: `finding` says what is left, and the command. */
  did: 'put back' | 'nothing' | 'not';
  finding?: Finding;
}

/**
 * Puts back what an exercise took out, if its marker is there. Others may have changed the backend service meanwhile: only the group and the
 * marker are touched, and a write that meets another one is made again from what is there then.
 */
export async function putBackend(
  { balancers, clock, log }: Pick<FailoverPorts, 'balancers' | 'clock' | 'log'>,
  { project, name }: { project: string; name: string },
  /** Only what this run took out. */
  own: Own | undefined,
  signal?: AbortSignal,
): Promise<Back> {
  let taken = own?.backend;
  let why = 'somebody else changes it all the time';
  let wrote: 'done' | 'changed' | undefined;
  const late = clock.steady() + (own?.isLate ? lateMs : 0);
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      if (tries > 0) await clock.sleep(Math.min(8000, 1000 * tries), signal);
      const service = await balancers.read(project, name, signal);
      if (!service) return left(project, name, taken, 'it is gone');
      const { marker } = readMarker(service);
      if (!marker || (own && marker.run !== own.run)) {
        if (taken !== undefined && !hasGroup(service, taken))
          return left(project, name, taken, 'somebody else took the note away that puts it back');
        if (wrote === undefined && tries < mostTries - 1 && clock.steady() < late) continue;
        // The answer to a write may have been lost, which is then met as a change.
        return { did: wrote === undefined ? 'nothing' : 'put back' };
      }
      taken = marker.backend;
      const change = putBack(service);
      if (!change) return { did: 'nothing' };
      wrote = await balancers.write(project, name, change, textOrEmpty(service.fingerprint), signal);
      if (wrote === 'done') return { did: 'put back' };
    } catch (error) {
      if (signal?.aborted && !own) throw error;
      why = messageOf(error);
      if (signal?.aborted) break;
      log.debug(`Putting ${name} back: ${why}`);
    }
  }
  return left(project, name, taken, why);
}

function left(project: string, name: string, backend: JsonObject | undefined, why: string): Back {
  return {
    did: 'not',
    finding: {
      ...ofRule(drillRules, 'drill-balancer-left'),
      about: [name],
      title: `The backend service ${name} could not be put back as it was: ${why.replace(/\.$/, '')}.`,
      fix: 'Add the region by hand:',
      commands: backend ? addCommand(project, name, backend) : [],
    },
  };
}

/** Puts back what an earlier exercise left, where this run ends before an exercise of its own. It never throws: another error is told. */
export async function putBackEarlier(
  { balancers, clock, log }: Pick<FailoverPorts, 'balancers' | 'clock' | 'log'>,
  place: { project: string; name: string },
  signal?: AbortSignal,
): Promise<void> {
  try {
    const { did, finding } = await putBackend({ balancers, clock, log }, place, undefined, signal);
    if (did === 'put back') log.line(`${place.name}: what an earlier exercise had taken out is back`);
    if (finding) log.warning(findingLine(finding));
  } catch (error) {
    log.debug(`Putting ${place.name} back: ${messageOf(error)}`);
  }
}

/** Says what an exercise left that was killed. It changes nothing, as this run was not asked to. */
export async function leftByEarlier(
  { balancers, clock }: Pick<FailoverPorts, 'balancers' | 'clock'>,
  { project, name }: { project: string; name: string },
  signal?: AbortSignal,
): Promise<Finding[]> {
  const what = `It is not known whether ${name} is as it was before the last exercise`;
  let service: JsonObject | undefined;
  try {
    service = await balancers.read(project, name, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [notDone(name, what, messageOf(error))];
  }
  if (!service) return [notDone(name, what, `there is no global backend service ${name} in ${project}`)];
  const { marker } = readMarker(service);
  if (!marker || hasGroup(service, marker.backend)) return [];
  const region = groupOf(marker.backend)?.region ?? '';
  if (marker.until > clock.now())
    return [
      notDone(
        name,
        what,
        `the exercise ${marker.run} has taken ${region} out, and is under way or was killed`,
      ),
    ];
  return [
    {
      ...ofRule(drillRules, 'drill-balancer-left'),
      about: [name],
      title: `The exercise ${marker.run} took ${region} out of ${name}, and nobody has put it back.`,
      fix: 'Run the drill with exercise: true, which puts it back before anything else, or add the region by hand:',
      commands: addCommand(project, name, marker.backend),
    },
  ];
}
