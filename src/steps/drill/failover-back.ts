import type { JsonObject } from '../../domain/data/json.ts';
import { textOrEmpty } from '../../domain/data/json.ts';
import { addCommand, hasGroup, putBack, readMarker } from '../../domain/drill/balancer.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { drillRules } from '../../domain/findings/rules/drill.ts';
import type { FailoverPorts } from './failover-ports.ts';

const mostTries = 8;

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
  /** Only what this run took out, and which backend that was. */
  own: { run: string; backend?: JsonObject | undefined } | undefined,
  signal?: AbortSignal,
): Promise<Back> {
  let taken = own?.backend;
  let why = 'somebody else changes it all the time';
  for (let tries = 0; tries < mostTries; tries++) {
    if (tries > 0) await clock.sleep(1000, signal);
    try {
      const service = await balancers.read(project, name, signal);
      if (!service) return left(project, name, taken, 'it is gone');
      const { marker } = readMarker(service);
      if (!marker || (own && marker.run !== own.run))
        return taken === undefined || hasGroup(service, taken)
          ? { did: 'nothing' }
          : left(project, name, taken, 'somebody else took the note away that puts it back');
      taken = marker.backend;
      const change = putBack(service);
      if (!change) return { did: 'nothing' };
      const wrote = await balancers.write(project, name, change, textOrEmpty(service.fingerprint), signal);
      if (wrote === 'done') return { did: 'put back' };
    } catch (error) {
      if (signal?.aborted) throw error;
      why = messageOf(error);
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
