import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { failOn, finished, getFunction, needed } from './google.ts';
import type { Ask, SourceOf } from './ports.ts';
import type { Scene } from './scene.ts';

/** Uploads a version of the throw-away function and returns the `source` of its build. */
export async function uploaded(scene: Scene, version: Parameters<SourceOf>[0]): Promise<JsonObject> {
  const { cloud, names, source } = scene.stage;
  const call: Ask = {
    api: 'cloudfunctions',
    method: 'POST',
    path: `v2/${names.parent}/functions:generateUploadUrl`,
    body: {},
    repeatable: true,
  };
  const body = needed(call, await scene.look(call));
  const url = textOf(body.uploadUrl);
  if (url === undefined)
    throw new ReleaseError('response-malformed', { what: `${call.path} answered without a URL.` });
  await cloud.upload(url, source(version), scene.signal);
  return { storageSource: objectOf(body.storageSource) };
}

/** The function as it is created. Nobody outside can reach it. */
export function blueprint(scene: Scene, source: JsonObject): JsonObject {
  const { names, labels, runtime } = scene.stage;
  return {
    labels: { ...labels },
    buildConfig: { runtime, entryPoint: 'probe', source },
    serviceConfig: {
      availableMemory: '512Mi',
      maxInstanceCount: 1,
      maxInstanceRequestConcurrency: 1,
      timeoutSeconds: 60,
      ingressSettings: 'ALLOW_INTERNAL_ONLY',
      serviceAccountEmail: names.account('run'),
      environmentVariables: { ROUND: '1' },
    },
  };
}

/** Updates the function. The operation's error is a value. */
export async function updated(
  scene: Scene,
  change: { buildConfig?: JsonObject; serviceConfig: JsonObject },
): Promise<{ error: JsonObject | undefined }> {
  const { names } = scene.stage;
  const paths = Object.entries(change).flatMap(([part, fields]) =>
    Object.keys(objectOf(fields)).map((field) => `${part}.${field}`),
  );
  const call: Ask = {
    ...getFunction(names.function),
    method: 'PATCH',
    query: { updateMask: paths.join(',') },
    body: { ...change },
  };
  const begun = needed(call, await scene.ask(call));
  return finished(scene, 'cloudfunctions', begun);
}

export async function mustUpdate(scene: Scene, change: Parameters<typeof updated>[1]): Promise<void> {
  const { error } = await updated(scene, change);
  failOn('The update of the throw-away function', error);
}
