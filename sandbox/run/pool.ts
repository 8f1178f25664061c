import type { World } from '../core/state.ts';
import { type Revision, runState, type Service } from './model.ts';

/** Processes kept at a time. Cloud Run keeps idle instances for up to 15 minutes, but this machine has less memory. */
const MAX_RUNNING = 4;

const carries = (service: Service, revision: Revision) =>
  service.live.some(({ serves, percent, tag }) => serves === revision.name && (percent || tag));

/** Makes room before a revision starts: stops the one unused for the longest time, unless traffic or a tag leads to it. */
export async function makeRoom(world: World, starting: Revision): Promise<void> {
  if (starting.instance.running) return;
  const services = [...runState(world).services.values()];
  const running = services.flatMap((service) =>
    [...service.revisions.values()]
      .filter(({ instance }) => instance.running)
      .map((revision) => ({ service, revision })),
  );
  if (running.length < MAX_RUNNING) return;
  const idle = running
    .filter(({ service, revision }) => revision !== starting && !carries(service, revision))
    .sort((a, b) => a.revision.lastUsed - b.revision.lastUsed);
  await idle[0]?.revision.instance.stop();
}

/** Stops every revision for good. A request that is still under way starts none again. */
export async function stopAll(world: World): Promise<void> {
  const revisions = [...runState(world).services.values()].flatMap(({ revisions }) => [
    ...revisions.values(),
  ]);
  await Promise.all(revisions.map(({ instance }) => instance.retire()));
}
