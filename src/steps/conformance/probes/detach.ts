import type { BeliefId } from '../../../domain/conformance/catalog.ts';
import { objectOf, textMapOf, textOf } from '../../../domain/data/json.ts';
import { failOn, finished, getFunction, patchService, settledService, wouldPass } from '../google.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

const all: readonly BeliefId[] = [
  'detachTakesLabel',
  'detachedServiceHasBuild',
  'detachedSourceIsOurs',
  'maskNamesBuildFields',
  'baseImageIsShort',
];

/** Takes the function out of Cloud Functions. There is no way back, so it comes last. */
export async function detach(scene: Scene): Promise<void> {
  const { names, runtime } = scene.stage;
  scene.fresh();
  // Its service stays, and has to be deleted by itself from now on.
  scene.plan('service', names.service);
  const find = getFunction(names.function);
  const call: Ask = { ...find, method: 'POST', path: `${find.path}:detachFunction`, body: {} };
  const begun = await scene.ask(call);
  if (begun.status !== 200) {
    for (const belief of all) scene.leave(belief, `Detaching was refused (${begun.status}).`);
    return;
  }
  const { error } = await finished(scene, 'cloudfunctions', begun.body);
  failOn('Detaching', error);
  const service = await settledService(scene, names.service, ['labels', 'buildConfig']);
  const label = textMapOf(service.labels)['goog-managed-by'];
  scene.settle('detachTakesLabel', label === undefined, { label: label ?? null });
  const build = objectOf(service.buildConfig);
  const [location, target] = [textOf(build.sourceLocation), textOf(build.functionTarget)];
  scene.settle('detachedServiceHasBuild', location !== undefined && target === 'probe', {
    sourceLocation: location ?? null,
    functionTarget: target ?? null,
  });
  if (location === undefined) scene.leave('detachedSourceIsOurs', 'The service names no source.');
  else
    scene.settle('detachedSourceIsOurs', /^gs:\/\/gcf-v2-sources-/.test(location), {
      sourceLocation: location,
    });
  const attempt = async (belief: BeliefId, field: string, value: string) => {
    scene.fresh();
    const passes = await wouldPass(scene, {
      ...patchService(names.service, { buildConfig: { ...build, [field]: value } }, service.etag, {
        validateOnly: 'true',
      }),
      query: { updateMask: `buildConfig.${field}`, validateOnly: 'true' },
    });
    if (passes === undefined) scene.leave(belief, 'It was refused for another reason.');
    else scene.settle(belief, passes, { mask: `buildConfig.${field}`, value });
  };
  await attempt('maskNamesBuildFields', 'functionTarget', 'probe');
  await attempt('baseImageIsShort', 'baseImage', runtime);
}
