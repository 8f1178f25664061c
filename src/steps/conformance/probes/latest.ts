import { listOf, objectOf } from '../../../domain/data/json.ts';
import { settledService } from '../google.ts';
import type { Scene } from '../scene.ts';
import { mustUpdate } from '../source.ts';

/** Updates the function so that all traffic goes to the newest revision, while another one has a tag. */
export async function latest(scene: Scene): Promise<void> {
  const { names } = scene.stage;
  scene.fresh();
  const before = await settledService(scene, names.service, ['traffic']);
  await mustUpdate(scene, {
    serviceConfig: { environmentVariables: { ROUND: '3' }, allTrafficOnLatestRevision: true },
  });
  const after = await settledService(scene, names.service, ['traffic']);
  const targets = listOf(after.traffic).map(objectOf);
  const [only] = targets;
  const all =
    targets.length === 1 &&
    only?.type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' &&
    only.percent === 100 &&
    only.tag === undefined;
  scene.settle('allTrafficReplacesTags', all, { before: before.traffic, after: after.traffic });
}
