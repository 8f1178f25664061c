import { ReleaseError } from '../../domain/errors/errors.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import { pollService } from './follow.ts';
import { labelled } from './made.ts';
import type { Content } from './plan.ts';
import type { RunPorts } from './world.ts';

export interface Change {
  /** projects/P/locations/L/services/S */
  name: string;
  /** The service before the change, and as it was when it had a new revision. */
  before: RunService | undefined;
  after: RunService;
  /** What the revision of the change carries. */
  labels: Readonly<Record<string, string>>;
  content: Pick<Content, 'holds' | 'build'>;
  /** Milliseconds of the steady clock. */
  deadline: number;
  signal: AbortSignal | undefined;
}

/**
 * Which revision has a change made? The newest one, if nothing else has changed the service since. Otherwise the first new one with
 * the labels and the content of the change: others copy labels, but only later. Returns the service as if that were its newest
 * revision. Throws `deploy-conflict` if it cannot be told.
 */
export async function withOwnRevision(
  ports: Pick<RunPorts, 'services' | 'clock' | 'log'>,
  change: Change,
): Promise<RunService> {
  const { name, before, after, labels, content, signal } = change;
  if (generationOf(after) === generationOf(before) + 1) return after;
  const revisions = await ports.services.revisions(name, signal);
  const old = revisions.find((revision) => revision.name === before?.latestCreatedRevision);
  const isNew = (revision: RunRevision) =>
    old === undefined || Date.parse(revision.createTime) > Date.parse(old.createTime);
  const [own, ...others] = labelled(revisions, labels).filter(
    (revision) => isNew(revision) && content.holds(revision, after, before),
  );
  // A build takes time, so a copy of its labels may come before its own revision.
  if (own === undefined || (content.build && others.length > 0)) throw unclear(after);
  if (own.name === after.latestCreatedRevision) return after;
  ports.log.line(
    `${after.latestCreatedRevision} was deployed at the same time. This deploy made ${own.name}.`,
  );
  const ended = await pollService(ports, change, async () => {
    const now = await ports.services.revision(name, own.name, signal);
    return now?.ready || now?.failed ? now : undefined;
  });
  return {
    ...after,
    latestCreatedRevision: own.name,
    latestReadyRevision: ended.ready ? own.name : before?.latestReadyRevision,
    terminalMessage: ended.message,
  };
}

const generationOf = (service: RunService | undefined) => Number(service?.raw.generation ?? 0);

const unclear = ({ latestCreatedRevision: newest }: RunService) =>
  new ReleaseError('deploy-conflict', {
    what: `Another deploy changed the service at the same time. Whether it or this deploy made ${newest} cannot be known.`,
    fix: 'Look at who deployed it, then run the job again.',
  });
