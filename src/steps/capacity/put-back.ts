import {
  type CapacityRecord,
  capacityRecordOf,
  isTrial,
  isTrialTag,
  originalTemplate,
  withoutCapacityRecord,
  withoutTrialTag,
} from '../../domain/capacity/record.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { RunService } from '../ports/services.ts';
import type { CapacityPorts, ServiceChange } from './ports.ts';

export interface PutBack {
  /** `alive`: another run measures this service now, so nothing was touched. */
  did: 'nothing' | 'put_back' | 'alive';
  reason: string;
  /** Revisions that Cloud Run did not delete. They get no traffic and have no URL. */
  left: string[];
}

/** A revision that is left does no harm, so the way back does not wait long for it. */
const removeMs = 45_000;

interface Ask {
  /** projects/P/locations/L/services/S */
  service: string;
  /** Id of the measurement that has just ended here. Other measurements are put back only once their run is over. */
  own?: string | undefined;
  withinMs: number;
  signal?: AbortSignal | undefined;
}

type Ports = Pick<CapacityPorts, 'services' | 'trials' | 'runs' | 'clock' | 'log'>;

/**
 * Puts back what a measurement has changed, and can be stopped and begun again at any step. First the template and the tag, in one
 * write; then the revisions go; the record goes last, since it says that something is left.
 */
export async function putBack(ports: Ports, ask: Ask): Promise<PutBack> {
  const deadline = ports.clock.steady() + ask.withinMs;
  const service = await ports.services.get(ask.service, ask.signal);
  if (!service) return { did: 'nothing', reason: 'the service does not exist', left: [] };
  const record = capacityRecordOf(service.annotations);
  if (record && record.id !== ask.own && (await isAlive(ports, record, ask.signal)))
    return { did: 'alive', reason: `run ${record.run} measures it now`, left: [] };
  const short = shortName(ask.service) ?? '';
  const isLeft = (name: string) => isTrial(short, name);
  const isTagged = service.traffic.some(({ tag }) => isTrialTag(tag));
  if (!record && !isTagged) {
    const old = (await ports.services.revisions(ask.service, ask.signal)).filter(({ name }) => isLeft(name));
    if (old.length === 0) return { did: 'nothing', reason: 'nothing was left', left: [] };
  }
  const foreign = record !== undefined && !isOurs(short, service, record);
  await write(ports, ask, deadline, (now) => {
    const traffic = withoutTrialTag(now.traffic);
    const isThere = now.traffic.some(({ tag }) => isTrialTag(tag));
    const change: ServiceChange = isThere ? { traffic } : {};
    if (record && isOurs(short, now, record))
      change.template = originalTemplate(objectOf(now.raw.template), record);
    return change;
  });
  const left = await removeAll(ports, ask, Math.min(deadline, ports.clock.steady() + removeMs), isLeft);
  await write(ports, ask, deadline, (now) =>
    capacityRecordOf(now.annotations) ? { annotations: withoutCapacityRecord(now.annotations) } : {},
  );
  const why = foreign
    ? 'the tag and the revisions are gone; the size of the service was left alone, because it has been deployed since'
    : 'size, tags and traffic are as before, and the revisions are gone';
  return { did: 'put_back', reason: why, left };
}

/** Is the newest template one of this measurement? A deploy by somebody else has another name. */
const isOurs = (short: string, service: RunService, { id }: CapacityRecord): boolean =>
  isTrial(short, textOf(objectOf(service.raw.template).revision), id);

async function isAlive(
  { runs, clock }: Ports,
  record: CapacityRecord,
  signal?: AbortSignal,
): Promise<boolean> {
  const state = await runs.state(record, signal);
  return state === 'alive' || (state === 'unknown' && clock.now() < Date.parse(record.expires));
}

/** Reads, decides and writes until it is written and Cloud Run has carried it out. An empty change is done. */
async function write(
  ports: Ports,
  { service: name, signal }: Ask,
  deadline: number,
  decide: (service: RunService) => ServiceChange,
): Promise<void> {
  const { services, trials, clock } = ports;
  for (let wait = 200; ; wait = Math.min(2000, wait * 1.5)) {
    const service = await services.get(name, signal);
    if (!service) return;
    const change = decide(service);
    if (Object.keys(change).length === 0 && service.arrived) return;
    if (Object.keys(change).length > 0) {
      const wrote = await trials.write(name, change, { etag: service.etag, signal });
      if (typeof wrote === 'object')
        throw new ReleaseError('remote-error', {
          what: `Cloud Run refused to put ${shortName(name)} back: ${wrote.refused}`,
        });
    }
    if (clock.steady() + wait >= deadline)
      throw new ReleaseError('deadline-exceeded', {
        what: `${shortName(name)} was not put back in time.`,
        fix: 'Run the job again: it puts everything back first.',
      });
    await clock.sleep(wait, signal);
  }
}

/** Deletes every revision of a measurement. Cloud Run may hold one for a moment after its tag is gone. */
async function removeAll(
  { services, trials, clock, log }: Ports,
  { service, signal }: Ask,
  deadline: number,
  isLeft: (name: string) => boolean,
): Promise<string[]> {
  for (let wait = 500; ; wait = Math.min(5000, wait * 1.5)) {
    const names = (await services.revisions(service, signal)).map(({ name }) => name).filter(isLeft);
    const held: string[] = [];
    for (const name of names) if (!(await trials.remove(service, name, signal))) held.push(name);
    if (held.length === 0) return [];
    if (clock.steady() + wait >= deadline) {
      log.warning(`Cloud Run did not delete ${held.join(', ')}. They get no traffic and have no URL.`);
      return held;
    }
    await clock.sleep(wait, signal);
  }
}
