import type { World } from '../core/state.ts';
import { projectsOf } from './state.ts';

/** A build as it begins. */
export interface Begun {
  id: string;
  /** projects/NUMBER/locations/L/builds/ID */
  name: string;
  account: unknown;
  tags: readonly string[];
  /** Where the source lies, as google.devtools.cloudbuild.v1.Source has it. */
  source?: unknown;
}

const nowText = (world: World): string => new Date(world.now()).toISOString().replace('Z', '000000Z');

/**
 * Keeps a build as Cloud Build shows it: begun, then successful or failed.
 * @param results what Cloud Build shows of the outcome, such as the digest of the image
 */
export async function noted<T>(
  world: World,
  { id, name, account, tags, source }: Begun,
  work: () => Promise<T>,
  results: (made: T) => unknown = () => undefined,
): Promise<T> {
  const begin = nowText(world);
  const shown: Record<string, unknown> = {
    id,
    name,
    projectId: world.project,
    status: 'WORKING',
    createTime: begin,
    startTime: begin,
    serviceAccount: account,
    logUrl: `https://console.cloud.google.com/cloud-build/builds/${id}?project=${world.projectNumber}`,
    tags,
    ...(source === undefined ? {} : { source }),
  };
  projectsOf(world).builds.set(id, shown);
  try {
    const made = await work();
    shown.status = 'SUCCESS';
    const found = results(made);
    if (found) shown.results = found;
    return made;
  } catch (error) {
    Object.assign(shown, {
      status: 'FAILURE',
      failureInfo: { type: 'USER_BUILD_STEP', detail: (error as Error).message },
    });
    throw error;
  } finally {
    shown.finishTime = nowText(world);
  }
}
