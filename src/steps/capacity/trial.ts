import type { Point } from '../../domain/capacity/point.ts';
import {
  beforeOf,
  type CapacityRecord,
  trialName,
  trialTag,
  trialTemplate,
  withCapacityRecord,
  withoutTrialTag,
} from '../../domain/capacity/record.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { followsLatest, revisionType } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import type { CapacityPorts } from './ports.ts';

/** How long a revision may take to start. */
const startMs = 300_000;

export type Trial =
  | { revision: string; url: string; problem?: never }
  /** Cloud Run does not take such a configuration. */
  | { problem: 'illegal'; why: string }
  /** It did not start. */
  | { problem: 'failed'; why: string };

export interface Making {
  /** The record without what was there before, which the first write fills in. */
  record: Omit<CapacityRecord, 'before'>;
  /** Name of the newest template, which only we may change. Undefined before the first trial. */
  last: string | undefined;
  /** The revision whose image is measured, which is the newest one before the first trial. */
  newest: string;
  serial: number;
  signal: AbortSignal;
}

/**
 * Makes a revision of the same image with this configuration, at 0 %, with a tag. It gets no request but ours. Throws
 * `deploy-conflict` if somebody else has changed the service since the last trial.
 */
export async function makeTrial(
  { services, trials, clock }: Pick<CapacityPorts, 'services' | 'trials' | 'clock'>,
  name: string,
  point: Point,
  making: Making,
): Promise<Trial> {
  const { record, last, newest, serial, signal } = making;
  const short = shortName(name) ?? '';
  const revision = trialName(short, record.id, serial);
  const tag = trialTag(record.id, serial);
  const deadline = clock.steady() + startMs;
  let service = await settled({ services, clock }, name, deadline, signal);
  const before = textOf(objectOf(service.raw.template).revision);
  if (last === undefined ? service.latestCreatedRevision !== newest : before !== last) throw moved(short);
  // Somebody may have sent the traffic to the newest revision since it was looked at. The write below only holds for this very reading.
  if (followsLatest(service.traffic)) throw moved(short);
  const template = trialTemplate(objectOf(service.raw.template), point, revision);
  const target = { type: revisionType, revision, tag } as const;
  const change = {
    template,
    traffic: [...withoutTrialTag(service.traffic), target],
    ...(last === undefined
      ? {
          annotations: withCapacityRecord(service.annotations, {
            ...record,
            before: beforeOf(objectOf(service.raw.template)),
          }),
        }
      : {}),
  };
  // It tells an impossible size without a change. It knows no revision that is only coming, so no traffic is sent with it.
  const valid = await trials.write(name, { template }, { etag: service.etag, validateOnly: true, signal });
  if (typeof valid === 'object') return { problem: 'illegal', why: valid.refused };
  const wrote = await trials.write(name, change, { etag: service.etag, signal });
  if (typeof wrote === 'object') return { problem: 'illegal', why: wrote.refused };
  service = await settled({ services, clock }, name, deadline, signal);
  // A write whose answer was lost is a conflict too, and then the template is ours.
  if (textOf(objectOf(service.raw.template).revision) !== revision) throw moved(short);
  const url = service.trafficStatuses.find((status) => status.tag === tag && status.revision === revision);
  if (service.latestReadyRevision === revision && url?.uri !== undefined) return { revision, url: url.uri };
  const made = await services.revision(name, revision, signal);
  return { problem: 'failed', why: made?.message ?? service.terminalMessage ?? 'it is not ready' };
}

const moved = (short: string) =>
  new ReleaseError('deploy-conflict', {
    what: `Somebody else changed ${short} while it was measured.`,
    fix: 'Give the job the concurrency group of the release, then run it again.',
  });

/** Waits until Cloud Run has carried out the last change, well or not. */
async function settled(
  { services, clock }: Pick<CapacityPorts, 'services' | 'clock'>,
  name: string,
  deadline: number,
  signal: AbortSignal,
): Promise<RunService> {
  for (let wait = 200; ; wait = Math.min(2000, wait * 1.3)) {
    const service = await services.get(name, signal);
    if (!service)
      throw new ReleaseError('not-found', { what: `${shortName(name)} does not exist any more.` });
    if (service.arrived) return service;
    if (clock.steady() + wait >= deadline)
      throw new ReleaseError('deadline-exceeded', { what: `${shortName(name)} did not settle in time.` });
    await clock.sleep(wait, signal);
  }
}
