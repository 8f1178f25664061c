import type { AccountRole } from '../../domain/conformance/names.ts';
import { type JsonObject, objectOf, textOf, valueAt } from '../../domain/data/json.ts';
import { encodeName, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Answer, Ask, GoogleApi } from './ports.ts';
import type { Scene } from './scene.ts';

/** Steps that several probes share. */

const said = ({ status, body }: Answer) =>
  `${status} ${textOf(valueAt(body, 'error.message')) ?? textOf(valueAt(body, 'error.status')) ?? ''}`.trim();

/** The probe cannot go on without this call. */
export function needed(call: Pick<Ask, 'method' | 'api' | 'path'>, answer: Answer): JsonObject {
  if (answer.status < 400) return answer.body;
  throw new ReleaseError('remote-error', {
    what: `${call.method} ${call.api} ${call.path}: ${said(answer)}`,
  });
}

/** Repeats a call while a grant has not taken effect, or what it names is not there yet. If time runs out, the last refusal is the reason. */
export async function patiently(scene: Scene, call: Ask, keep: readonly string[] = []): Promise<Answer> {
  let last: Answer | undefined;
  try {
    const answer = await scene.until(async () => {
      last = await scene.look(call);
      return last.status === 403 || last.status === 404 ? undefined : last;
    });
    noteAnswer(scene, call, answer, keep);
    return answer;
  } catch (error) {
    if (!scene.signal.aborted || last === undefined) throw error;
    noteAnswer(scene, call, last, keep);
    return last;
  }
}

function noteAnswer(scene: Scene, call: Ask, { status, body }: Answer, keep: readonly string[]): void {
  const shown = status >= 400 ? body.error : keep.length > 0 ? kept(body, keep) : undefined;
  scene.note({ call: `${call.method} ${call.api} ${call.path}`, sent: call.body, status, answer: shown });
}

const kept = (body: JsonObject, keep: readonly string[]) =>
  Object.fromEntries(keep.map((path) => [path, valueAt(body, path) ?? null]));

/** Waits for an operation. An error of the operation is a value. */
export async function finished(
  scene: Scene,
  api: GoogleApi,
  begun: JsonObject,
  onLook: (operation: JsonObject) => Promise<void> | void = () => {},
): Promise<{ error: JsonObject | undefined; operation: JsonObject }> {
  const name = textOf(begun.name) ?? '';
  const call: Ask = { api, method: 'GET', path: `v2/${encodeName(name)}` };
  const operation =
    begun.done === true && name === ''
      ? begun
      : await scene.until(async () => {
          const body = needed(call, await scene.look(call));
          await onLook(body);
          return body.done === true ? body : undefined;
        });
  const error = operation.error === undefined ? undefined : objectOf(operation.error);
  scene.note({
    call: `GET ${api} v2/${name}`,
    status: 200,
    answer: { done: true, ...(error ? { error } : {}) },
  });
  return { error, operation };
}

export function failOn(what: string, error: JsonObject | undefined): void {
  if (!error) return;
  throw new ReleaseError('remote-error', {
    what: `${what}: ${textOf(error.message) ?? 'failed without a sentence'}`,
  });
}

export const getService = (name: string): Ask => ({
  api: 'run',
  method: 'GET',
  path: `v2/${encodeName(name)}`,
});
export const getFunction = (name: string): Ask => ({
  api: 'cloudfunctions',
  method: 'GET',
  path: `v2/${encodeName(name)}`,
});

export const isSettled = (service: JsonObject): boolean =>
  service.reconciling !== true && service.observedGeneration === service.generation;

/** The service as soon as it has settled, with the parts that are evidence. */
export async function settledService(
  scene: Scene,
  name: string,
  keep: readonly string[],
): Promise<JsonObject> {
  const call = getService(name);
  const body = await scene.until(async () => {
    const service = needed(call, await scene.look(call));
    return isSettled(service) ? service : undefined;
  });
  scene.note({ call: `GET run v2/${name}`, status: 200, answer: kept(body, keep) });
  return body;
}

export function patchService(
  name: string,
  change: JsonObject,
  etag: unknown,
  query: Record<string, string> = {},
): Ask {
  return {
    api: 'run',
    method: 'PATCH',
    path: `v2/${encodeName(name)}`,
    query: { updateMask: Object.keys(change).join(','), ...query },
    body: typeof etag === 'string' ? { ...change, etag } : change,
    repeatable: query.validateOnly === 'true',
  };
}

/** Changes the service and waits for it. */
export async function changed(scene: Scene, name: string, change: JsonObject): Promise<JsonObject> {
  const now = needed(getService(name), await scene.look(getService(name)));
  const call = patchService(name, change, now.etag);
  const begun = needed(call, await scene.ask(call));
  const { error } = await finished(scene, 'run', begun);
  failOn('The change of the service', error);
  return settledService(scene, name, Object.keys(change));
}

/** A token of a throw-away account: an identity token for this audience, or an access token. */
export async function tokenOf(scene: Scene, role: AccountRole, audience?: string): Promise<string> {
  const email = scene.stage.names.account(role);
  const call: Ask = {
    api: 'iamcredentials',
    method: 'POST',
    path: `v1/projects/-/serviceAccounts/${email}:${audience === undefined ? 'generateAccessToken' : 'generateIdToken'}`,
    body:
      audience === undefined
        ? { scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '1200s' }
        : { audience, includeEmail: true },
    repeatable: true,
  };
  const body = needed(call, await patiently(scene, call));
  const token = textOf(body.token) ?? textOf(body.accessToken);
  if (token === undefined)
    throw new ReleaseError('response-malformed', { what: `${call.path} answered without a token.` });
  return token;
}

/** Short name of the newest revision that is ready. */
export const latestOf = (service: JsonObject): string | undefined =>
  shortName(textOf(service.latestReadyRevision));

/** A call that asks whether it would succeed: 200 it would, 400 it is not allowed, else it does not show. */
export async function wouldPass(scene: Scene, call: Ask): Promise<boolean | undefined> {
  const { status } = await scene.ask(call);
  return status === 200 ? true : status === 400 ? false : undefined;
}
