import { canonical, textOf, valueAt } from '../../../domain/data/json.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';
import {
  finished,
  getFunction,
  getService,
  latestOf,
  needed,
  patchService,
  settledService,
} from '../google.ts';
import type { Scene } from '../scene.ts';
import { updated, uploaded } from '../source.ts';

/** Deploys code that ends at its start. */
export async function failure(scene: Scene): Promise<void> {
  const { names } = scene.stage;
  scene.fresh();
  const before = await settledService(scene, names.service, ['traffic', 'latestReadyRevision']);
  const source = await uploaded(scene, 'broken');
  const { error } = await updated(scene, {
    buildConfig: { source },
    serviceConfig: { environmentVariables: { ROUND: '4' } },
  });
  if (!error)
    throw new ReleaseError('remote-error', { what: 'The deploy of code that ends at once succeeded.' });
  const { body } = await scene.ask(getFunction(names.function), [
    'state',
    'stateMessages',
    'serviceConfig.environmentVariables',
  ]);
  const after = await settledService(scene, names.service, ['traffic']);
  const round = valueAt(body, 'serviceConfig.environmentVariables.ROUND');
  const same = canonical(before.traffic ?? null) === canonical(after.traffic ?? null);
  scene.settle('failedUpdateChangesNothing', body.state === 'FAILED' && round === '3' && same, {
    state: body.state,
    'the variable ROUND, sent 4 after 3': round,
    'the traffic is the same': same,
  });
  await ready(scene, latestOf(before) ?? '');
}

async function ready(scene: Scene, revision: string): Promise<void> {
  scene.fresh();
  const { names, pace } = scene.stage;
  const before = needed(getService(names.service), await scene.look(getService(names.service)));
  const call = patchService(
    names.service,
    { traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent: 100 }] },
    before.etag,
  );
  // Its error is what the belief is about: a revision that nobody sent traffic to.
  const { error } = await finished(scene, 'run', needed(call, await scene.ask(call)));
  let last: string | undefined;
  const state = await scene.within(pace.graceMs, async () => {
    const service = needed(getService(names.service), await scene.look(getService(names.service)));
    last = textOf(valueAt(service, 'terminalCondition.state'));
    return last === 'CONDITION_SUCCEEDED' ? last : undefined;
  });
  await scene.ask(getService(names.service), [
    'terminalCondition',
    'latestCreatedRevision',
    'latestReadyRevision',
  ]);
  scene.settle('failedRevisionFailsService', state !== undefined, {
    'traffic is on': revision,
    terminalCondition: state ?? last,
    "the change's own error": error?.message,
  });
}
