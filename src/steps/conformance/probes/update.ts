import { canonical, type JsonObject, objectOf, textMapOf } from '../../../domain/data/json.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';
import { throwAwayLabel } from '../../../domain/product.ts';
import {
  changed,
  failOn,
  finished,
  getFunction,
  getService,
  isSettled,
  latestOf,
  needed,
  patchService,
  settledService,
} from '../google.ts';
import type { Scene } from '../scene.ts';
import { uploaded } from '../source.ts';
import { marked } from './mark.ts';

const pinOn = (revision: string) => [
  { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent: 100 },
];
const looked = [
  'traffic',
  'annotations',
  'invokerIamDisabled',
  'description',
  'customAudiences',
  'scaling',
  'defaultUriDisabled',
  'ingress',
];

/** Changes what a function's update might undo, updates the function, and compares. Ingress stays closed to the internet. */
export async function update(scene: Scene): Promise<void> {
  const { names, memory, run } = scene.stage;
  const first = memory.first ?? '';
  memory.closed = await marked(scene, memory.url ?? '', 'closed', {});
  scene.fresh();
  const before = await settledService(scene, names.service, looked);
  const settings: JsonObject = {
    description: `conformance ${run}`,
    customAudiences: [
      ...((before.customAudiences as string[] | undefined) ?? []),
      `https://${run}.example.com`,
    ],
    scaling: { minInstanceCount: 1 },
    defaultUriDisabled: true,
  };
  const change: JsonObject = {
    ...settings,
    annotations: { ...textMapOf(before.annotations), [throwAwayLabel]: run },
    ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    traffic: pinOn(first),
  };
  const set = await setAll(scene, change, before.etag);
  try {
    const done = await deployAgain(scene);
    const after = await settledService(scene, names.service, looked);
    compare(scene, { change, settings, after, first, set });
    const second = latestOf(after);
    if (second !== undefined && second !== first) memory.second = second;
    scene.settle('operationEndsBeforeSettled', done.settled && done.latest !== first, {
      'the service had settled': done.settled,
      'its latest revision': done.latest,
    });
  } finally {
    await restore(scene, before);
  }
}

/** What a policy of the organisation, or a project without a preview, may refuse. What is refused is left out. */
const droppable = [[], ['invokerIamDisabled'], ['invokerIamDisabled', 'defaultUriDisabled', 'scaling']];

/** Writes everything in one PATCH, so that the invoker check is never off while ingress is open. Returns what was set. */
async function setAll(scene: Scene, change: JsonObject, etag: unknown): Promise<ReadonlySet<string>> {
  const { names } = scene.stage;
  for (const [index, without] of droppable.entries()) {
    const all = Object.entries({ ...change, invokerIamDisabled: true });
    const rest = Object.fromEntries(all.filter(([name]) => !without.includes(name)));
    const call = patchService(names.service, rest, etag);
    const answer = await scene.ask(call);
    if (answer.status >= 400 && index < droppable.length - 1) continue;
    const { error } = await finished(scene, 'run', needed(call, answer));
    failOn('The change of the service', error);
    await settledService(scene, names.service, looked);
    return new Set(Object.keys(rest));
  }
  return new Set();
}

/** Deploys new code with the pin, and reads the service in the moment in which the operation is done. */
async function deployAgain(scene: Scene): Promise<{ settled: boolean; latest: string | undefined }> {
  const { names } = scene.stage;
  const source = await uploaded(scene, 'second');
  const call = {
    ...getFunction(names.function),
    method: 'PATCH' as const,
    query: {
      updateMask:
        'buildConfig.source,serviceConfig.environmentVariables,serviceConfig.allTrafficOnLatestRevision',
    },
    body: {
      buildConfig: { source },
      serviceConfig: { environmentVariables: { ROUND: '2' }, allTrafficOnLatestRevision: false },
    },
  };
  const begun = needed(call, await scene.ask(call));
  const { error } = await finished(scene, 'cloudfunctions', begun);
  const { body } = await scene.ask(getService(names.service), [
    'generation',
    'observedGeneration',
    'reconciling',
    'latestReadyRevision',
  ]);
  failOn('The update of the throw-away function', error);
  return { settled: isSettled(body), latest: latestOf(body) };
}

interface Comparison {
  change: JsonObject;
  settings: JsonObject;
  after: JsonObject;
  first: string;
  set: ReadonlySet<string>;
}

function compare(scene: Scene, { change, settings, after, first, set }: Comparison): void {
  const traffic = after.traffic;
  const pinned = canonical(traffic) === canonical(pinOn(first));
  scene.settle('functionPatchKeepsPin', pinned, { before: pinOn(first), after: traffic });
  const kept = textMapOf(after.annotations)[throwAwayLabel] === scene.stage.run;
  scene.settle('functionPatchKeepsAnnotations', kept, { annotation: kept ? 'kept' : 'gone' });
  if (set.has('invokerIamDisabled'))
    scene.settle('functionPatchResetsInvokerIam', after.invokerIamDisabled === true, {
      'invokerIamDisabled before': true,
      after: after.invokerIamDisabled === true,
    });
  else
    scene.leave(
      'functionPatchResetsInvokerIam',
      'The invoker check could not be turned off. A policy of your organisation may forbid it.',
    );
  const tried = Object.keys(settings).filter((name) => set.has(name));
  const reset = tried.filter((name) => canonical(after[name] ?? null) !== canonical(settings[name] ?? null));
  scene.settle('functionPatchResetsSettings', reset.length === 0, {
    set: tried,
    reset,
  });
  scene.settle('functionUpdateSetsIngress', after.ingress === 'INGRESS_TRAFFIC_INTERNAL_ONLY', {
    'saved in the function': 'ALLOW_INTERNAL_ONLY',
    before: change.ingress,
    after: after.ingress,
  });
}

/** Turns the invoker check on again, before anything opens ingress, and proves it. */
async function restore(scene: Scene, before: JsonObject): Promise<void> {
  const { names, memory } = scene.stage;
  try {
    const after = await changed(scene, names.service, {
      invokerIamDisabled: false,
      description: '',
      scaling: { ...objectOf(before.scaling), minInstanceCount: 0 },
      defaultUriDisabled: false,
      customAudiences: before.customAudiences ?? [],
    });
    if (after.invokerIamDisabled !== true) return;
    throw new ReleaseError('remote-error', { what: 'The invoker check is still off.' });
  } catch (cause) {
    memory.unsafe = new ReleaseError('remote-error', {
      what: 'The invoker check of the throw-away function could not be turned on again, so its ingress stays closed.',
      cause,
    });
    throw memory.unsafe;
  }
}
