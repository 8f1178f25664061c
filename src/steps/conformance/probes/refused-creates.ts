import type { BeliefId } from '../../../domain/conformance/catalog.ts';
import { type JsonObject, objectOf, textOf, valueAt } from '../../../domain/data/json.ts';
import { finished } from '../google.ts';
import type { Scene } from '../scene.ts';
import { blueprint, uploaded } from '../source.ts';

/** Asks for functions that Google has to refuse. */
export async function refusedCreates(scene: Scene): Promise<void> {
  const { names, project, region } = scene.stage;
  const body = blueprint(scene, await uploaded(scene, 'first'));
  const serviceConfig = objectOf(body.serviceConfig);
  await refused(scene, 'egressNeedsConnector', names.refused('net'), 400, {
    ...body,
    serviceConfig: { ...serviceConfig, vpcConnectorEgressSettings: 'ALL_TRAFFIC' },
  });
  await refused(
    scene,
    'keyNeedsRepository',
    names.refused('key'),
    400,
    { ...body, kmsKeyName: `projects/${project}/locations/${region}/keyRings/none/cryptoKeys/none` },
    /repository/i,
  );
  await refused(scene, 'takenNameIsConflict', names.imageId, 409, body);
}

async function refused(
  scene: Scene,
  belief: BeliefId,
  id: string,
  wanted: number,
  body: JsonObject,
  sentence?: RegExp,
): Promise<void> {
  scene.fresh();
  const { parent } = scene.stage.names;
  scene.plan('function', `${parent}/functions/${id}`);
  const answer = await scene.ask({
    api: 'cloudfunctions',
    method: 'POST',
    path: `v2/${parent}/functions`,
    query: { functionId: id },
    body,
  });
  const { status } = answer;
  const message = textOf(valueAt(answer.body, 'error.message')) ?? '';
  if (status === 200) {
    const { error } = await finished(scene, 'cloudfunctions', answer.body);
    return scene.settle(belief, false, { status, "the operation's error": error ?? null });
  }
  if (status === 403 || (status === wanted && sentence && !sentence.test(message)))
    return scene.leave(belief, 'It was refused for another reason.', { status, message });
  scene.settle(belief, status === wanted, { status, message });
}
