import { type JsonObject, listOf, objectOf, textMapOf, textOf, valueAt } from '../../../domain/data/json.ts';
import { throwAwayLabel } from '../../../domain/product.ts';
import { failOn, finished, getFunction, latestOf, needed, patiently, settledService } from '../google.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';
import { blueprint, uploaded } from '../source.ts';

/** Deploys the function, and looks at its operation and at what comes back. */
export async function create(scene: Scene): Promise<void> {
  const { names } = scene.stage;
  const source = await uploaded(scene, 'first');
  scene.plan('function', names.function);
  const call: Ask = {
    api: 'cloudfunctions',
    method: 'POST',
    path: `v2/${names.parent}/functions`,
    query: { functionId: names.functionId },
    body: blueprint(scene, source),
  };
  const begun = needed(
    call,
    await patiently(scene, call, ['name', 'metadata.stages', 'metadata.requestResource']),
  );
  await requested(scene, begun);
  await listed(scene);
  const staged = await stages(scene, begun);
  failOn('The deploy of the throw-away function', staged);
  await stayListed(scene, begun);
  await comesBack(scene);
  await registry(scene);
}

function requested(scene: Scene, begun: JsonObject): void {
  const labels = textMapOf(valueAt(objectOf(begun.metadata), 'requestResource.labels'));
  scene.settle('operationNamesFunction', labels[throwAwayLabel] === scene.stage.run, { labels });
}

function askForOperations(scene: Scene, query: Readonly<Record<string, string>>) {
  scene.fresh();
  return scene.ask({
    api: 'cloudfunctions',
    method: 'GET',
    path: `v2/${scene.stage.names.parent}/operations`,
    query,
  });
}

async function listed(scene: Scene): Promise<void> {
  const { status, body } = await askForOperations(scene, { filter: 'done=false' });
  if (status !== 200 && status !== 400)
    return scene.leave('operationsTakeFilter', `The call was refused (${status}).`);
  scene.settle('operationsTakeFilter', status === 200, {
    status,
    operations: listOf(body.operations).length,
  });
}

/** Is the operation still listed when it has ended, with the revision that it has made? */
async function stayListed(scene: Scene, { name }: JsonObject): Promise<void> {
  const { status, body } = await askForOperations(scene, { pageSize: '100' });
  if (status !== 200) return scene.leave('operationsStayListed', `The call was refused (${status}).`);
  const found = listOf(body.operations)
    .map(objectOf)
    .find((operation) => operation.name === name);
  const revision = found && textOf(valueAt(found, 'response.serviceConfig.revision'));
  scene.settle('operationsStayListed', revision !== undefined, {
    listed: found !== undefined,
    revision: revision ?? null,
  });
}

const stageNames = (operation: JsonObject) =>
  listOf(valueAt(objectOf(operation.metadata), 'stages')).map((stage) => textOf(objectOf(stage).name) ?? '');

/** Waits for the operation, and returns its error. */
async function stages(scene: Scene, begun: JsonObject): Promise<JsonObject | undefined> {
  scene.fresh();
  const first = stageNames(begun);
  const later: string[][] = [];
  const { error } = await finished(scene, 'cloudfunctions', begun, (operation) => {
    const now = stageNames(operation);
    if (now.join() !== later.at(-1)?.join()) later.push(now);
  });
  const wanted = 'ARTIFACT_REGISTRY';
  const seen = { 'first answer': first, 'later answers': later };
  if (first.includes(wanted)) scene.settle('registryStageAppears', false, seen);
  else if (later.some((names) => names.includes(wanted))) scene.settle('registryStageAppears', true, seen);
  else scene.leave('registryStageAppears', 'The stage never appeared.', seen);
  return error;
}

async function comesBack(scene: Scene): Promise<void> {
  const { names, memory } = scene.stage;
  scene.fresh();
  const { body } = await scene.ask(getFunction(names.function), ['serviceConfig', 'url', 'state']);
  const memoryNow = valueAt(body, 'serviceConfig.availableMemory');
  scene.settle('settingsComeBackAsSent', memoryNow === '512Mi', { sent: '512Mi', 'came back': memoryNow });
  scene.fresh();
  const service = await settledService(scene, names.service, [
    'labels',
    'urls',
    'uri',
    'latestReadyRevision',
  ]);
  const label = textMapOf(service.labels)['goog-managed-by'];
  scene.settle('managedByLabel', label === 'cloudfunctions', { label: label ?? null });
  const [url, functionUrl, first] = [textOf(service.uri), textOf(body.url), latestOf(service)];
  Object.assign(memory, {
    ...(url && { url }),
    ...(functionUrl && { functionUrl }),
    ...(first && { first }),
  });
}

async function registry(scene: Scene): Promise<void> {
  scene.fresh();
  const { cloud, region } = scene.stage;
  const [without, with_] = [
    await cloud.registry(region, false, scene.signal),
    await cloud.registry(region, true, scene.signal),
  ];
  for (const [as, status] of [
    ['nobody', without],
    [undefined, with_],
  ] as const)
    scene.note({ as, call: `GET https://${region}-docker.pkg.dev/v2/`, status });
  const seen = { 'without a token': without, 'with a bearer token': with_ };
  if (with_ === 200 && without === 401) scene.settle('registryTakesBearer', true, seen);
  else if (with_ === 401) scene.settle('registryTakesBearer', false, seen);
  else scene.leave('registryTakesBearer', 'The registry did not answer as registries do.', seen);
}
