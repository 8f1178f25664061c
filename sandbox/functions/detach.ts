import { requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply } from '../core/types.ts';
import { runState } from '../run/model.ts';
import { buildConfig, withDefaults } from './config.ts';
import { type CloudFunction, functionState } from './model.ts';
import { begin, end } from './operations.ts';
import { renderOperation, reply } from './render.ts';

/**
 * `POST v2/{name}:detachFunction`: the Function resource goes, and the Cloud Run service stays as it is, with the URL on
 * cloudfunctions.net (cloud.google.com/functions/docs/detach-functions). There is no way back.
 */
export function detach(world: World, call: Call, fn: CloudFunction): Reply {
  requirePermission(
    world,
    call.principal,
    'cloudfunctions.functions.generationUpgrade',
    `//cloudfunctions.googleapis.com/${fn.name}`,
  );
  const operation = begin(world, fn, 'detach');
  const service = runState(world).services.get(fn.service);
  if (service) {
    const { 'goog-managed-by': _, ...labels } = service.labels;
    const { entryPoint, runtime } = buildConfig(withDefaults(world, fn.config, fn.id));
    const { bucket, object, generation } = fn.source ?? {};
    service.labels = labels;
    service.buildConfig = {
      name: fn.buildName,
      ...(bucket ? { sourceLocation: `gs://${bucket}/${object}#${generation}` } : {}),
      functionTarget: entryPoint,
      baseImage: runtime,
    };
    service.etagSerial++;
  }
  functionState(world).functions.delete(fn.name);
  world.policies.delete(`//cloudfunctions.googleapis.com/${fn.name}`);
  setTimeout(() => {
    end(world, fn, operation, { response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } });
  }, world.settings.trafficSettleMs);
  return reply(call, 'Operation', renderOperation(operation));
}
