import { type JsonObject, textOf, valueAt } from '../../../domain/data/json.ts';
import { encodeName } from '../../../domain/data/resource-name.ts';
import { changed, getService, needed, patchService, tokenOf } from '../google.ts';
import type { Answer, Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Opens ingress of the private function, grants roles to the throw-away accounts, and tries what they may do. */
export async function access(scene: Scene): Promise<void> {
  const { names, memory, clock } = scene.stage;
  if (memory.unsafe) throw memory.unsafe;
  await changed(scene, names.service, { ingress: 'INGRESS_TRAFFIC_ALL' });
  scene.fresh();
  const conditional = await grant(scene);
  const since = clock.steady();
  const url = memory.url ?? '';
  const token = await tokenOf(scene, 'call', url);
  await scene.until(async () => {
    const answer = await scene.call(url, { token, as: 'call' });
    return answer.status === 200 ? true : undefined;
  });
  const seconds = Math.round((clock.steady() - since) / 100) / 10;
  scene.settle('grantsTakeEffectInMinutes', seconds <= 420, {
    'seconds until the first call passed': seconds,
  });
  const granted = scene.evidence();
  const act = { name: 'act', token: await tokenOf(scene, 'act') };
  await traffic(scene, act);
  await invokerCheck(scene, act);
  await missing(scene, act);
  await runtimes(scene, act);
  scene.fresh(granted);
  if (conditional) await conditions(scene, url);
  else scene.leave('conditionsSeeRunServices', 'Google did not take the policy with its conditions.');
}

/**
 * One policy for everything, so that it takes effect at once. One of the two conditions holds, whatever a condition sees. A new account can be
 * unknown to policies for some seconds, which Google says by a 400; if that stays, it is the conditions that it does not take.
 */
async function grant(scene: Scene): Promise<boolean> {
  const { names, pace } = scene.stage;
  const member = (role: Parameters<typeof names.account>[0]) => `serviceAccount:${names.account(role)}`;
  const sees = `resource.name.endsWith("/services/${names.functionId}")`;
  const invoker = 'roles/run.invoker';
  const plain = [
    { role: invoker, members: [member('call')] },
    { role: 'roles/run.developer', members: [member('act')] },
  ];
  const conditional = [
    { role: invoker, members: [member('run')], condition: { title: 'sees the service', expression: sees } },
    {
      role: invoker,
      members: [member('cond')],
      condition: { title: 'sees nothing', expression: `!${sees}` },
    },
  ];
  const write = (bindings: JsonObject[]) => async () =>
    (await setPolicy(scene, bindings)).status < 400 ? true : undefined;
  if (await scene.within(pace.patienceMs, write([...plain, ...conditional]))) return true;
  await scene.until(write(plain));
  return false;
}

async function setPolicy(scene: Scene, bindings: JsonObject[]): Promise<Answer> {
  const path = `v2/${encodeName(scene.stage.names.service)}`;
  const read: Ask = {
    api: 'run',
    method: 'GET',
    path: `${path}:getIamPolicy`,
    query: { 'options.requestedPolicyVersion': '3' },
  };
  const { etag } = needed(read, await scene.look(read));
  const body = { policy: { version: 3, etag, bindings } };
  return scene.ask({ api: 'run', method: 'POST', path: `${path}:setIamPolicy`, body }, ['bindings']);
}

async function conditions(scene: Scene, url: string): Promise<void> {
  const sees = await tokenOf(scene, 'run', url);
  const blind = await tokenOf(scene, 'cond', url);
  const attempt = async (token: string) =>
    (await scene.stage.cloud.call(url, { token, timeoutMs: 60_000 }, scene.signal)).status;
  const found = await scene.within(scene.stage.pace.patienceMs, async () => {
    const statuses = [await attempt(sees), await attempt(blind)] as const;
    return statuses.includes(200) ? statuses : undefined;
  });
  if (!found) {
    scene.leave('conditionsSeeRunServices', 'Neither of two opposite conditions let its account in.');
    return;
  }
  const [first, second] = found;
  scene.note({ as: 'run', call: `GET ${url}`, status: first });
  scene.note({ as: 'cond', call: `GET ${url}`, status: second });
  scene.settle('conditionsSeeRunServices', second === 200 && first !== 200, {
    'under a condition on the name': first,
    'under its opposite': second,
  });
}

type Actor = { name: string; token: string };

async function traffic(scene: Scene, act: Actor): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  const now = needed(getService(names.service), await scene.look(getService(names.service)));
  const call = {
    ...patchService(names.service, { traffic: now.traffic }, now.etag, { validateOnly: 'true' }),
    as: act,
  };
  let last: { status: number; message: string | undefined } = { status: 0, message: undefined };
  await scene.within(scene.stage.pace.patienceMs, async () => {
    const { status, body } = await scene.look(call);
    last = { status, message: textOf(valueAt(body, 'error.message')) };
    return status === 403 && !/actAs/.test(last.message ?? '') ? undefined : true;
  });
  const { status, message } = last;
  const asked = `PATCH run ${call.path}?updateMask=traffic&validateOnly=true`;
  scene.note({ as: act.name, call: asked, sent: call.body, status, answer: message });
  if (status === 200 || /actAs/.test(message ?? ''))
    scene.settle('trafficPatchNeedsActAs', status === 200, last);
  else scene.leave('trafficPatchNeedsActAs', 'It was refused for another reason.', last);
}

async function invokerCheck(scene: Scene, act: Actor): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  const now = needed(getService(names.service), await scene.look(getService(names.service)));
  const { status, body } = await scene.ask({
    ...patchService(names.service, { invokerIamDisabled: true }, now.etag, { validateOnly: 'true' }),
    as: act,
  });
  const message = textOf(valueAt(body, 'error.message')) ?? '';
  if (status === 200 || /run\.services\.setIamPolicy/.test(message))
    scene.settle('invokerCheckNeedsSetPolicy', status === 403, { status, message });
  else scene.leave('invokerCheckNeedsSetPolicy', 'It was refused for another reason.', { status, message });
}

async function missing(scene: Scene, act: Actor): Promise<void> {
  scene.fresh();
  const { names } = scene.stage;
  const call: Ask = {
    api: 'run',
    method: 'GET',
    path: `v2/${names.parent}/services/${names.refused('none')}`,
  };
  const [mine, theirs] = [(await scene.ask(call)).status, (await scene.ask({ ...call, as: act })).status];
  scene.settle('missingServiceIsNotFound', mine === 404 && theirs === 403, {
    'with the permission': mine,
    'without it': theirs,
  });
}

/** The account has one role, on the throw-away service alone. */
async function runtimes(scene: Scene, act: Actor): Promise<void> {
  scene.fresh();
  const call: Ask = {
    api: 'cloudfunctions',
    method: 'GET',
    path: `v2/${scene.stage.names.parent}/runtimes`,
    as: act,
  };
  const { status, body } = await scene.ask(call);
  const message = textOf(valueAt(body, 'error.message'));
  if (status === 200 || status === 403)
    scene.settle('runtimeListNeedsNoPermission', status === 200, { status, message });
  else scene.leave('runtimeListNeedsNoPermission', 'It was refused for another reason.', { status, message });
}
