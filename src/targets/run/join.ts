import { objectOf } from '../../domain/data/json.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import { type Ended, pollService } from './follow.ts';
import { type Content, carriesAll } from './plan.ts';
import type { RunPorts } from './world.ts';

/** Milliseconds between the end of a build and the revision that it makes. */
const rollOutMs = 60_000;

export interface Joined {
  /** projects/P/locations/L/services/S */
  name: string;
  /** Milliseconds of the steady clock. */
  deadline: number;
  signal: AbortSignal | undefined;
  /** What the revision will carry. */
  labels: Readonly<Record<string, string>>;
  build: NonNullable<Content['build']>;
}

/** How a build ended, if its operation is not known. `made`: the build made the newest revision. */
export type JoinedEnd = Ended & { made: boolean };

export const newestRevision = (
  { services }: Pick<RunPorts, 'services'>,
  { name, latestCreatedRevision: newest }: RunService,
  signal: AbortSignal | undefined,
): Promise<RunRevision | undefined> =>
  newest === undefined ? Promise.resolve(undefined) : services.revision(name, newest, signal);

/**
 * Waits for the end of a build that an earlier attempt has begun. Only the build and the newest revision tell it: the service looks
 * settled as soon as any later change of it is.
 */
export function awaitJoined(
  ports: Pick<RunPorts, 'services' | 'clock' | 'log'>,
  joined: Joined,
): Promise<JoinedEnd> {
  const { labels, signal } = joined;
  let builtAt: number | undefined;
  return pollService(ports, joined, async (service) => {
    const newest = await newestRevision(ports, service, signal);
    if (newest && carriesAll(objectOf(newest.raw.labels), labels))
      return newest.ready || newest.failed ? { service, refusal: undefined, made: true } : undefined;
    const state = (await joined.build(service))?.state;
    if (state === 'running' || (state === undefined && !service.arrived)) return undefined;
    builtAt ??= ports.clock.steady();
    const isComing = state === 'succeeded' && ports.clock.steady() - builtAt < rollOutMs;
    return isComing ? undefined : { service, refusal: undefined, made: false };
  });
}
