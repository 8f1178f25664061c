import { textOf, valueAt } from '../../../domain/data/json.ts';
import { encodeName } from '../../../domain/data/resource-name.ts';
import { changed, getService, needed, patchService, patiently, tokenOf } from '../google.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Opens ingress of the private function, grants roles to the throw-away accounts, and tries what they may do. */
export async function access(scene: Scene): Promise<void> {
  const { names, memory, clock } = scene.stage;
  if (memory.unsafe) throw memory.unsafe;
  await changed(scene, names.service, { ingress: 'INGRESS_TRAFFIC_ALL' });
  scene.fresh();
  await grant(scene);
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
  await conditions(scene, url);
  const act = { name: 'act', token: await tokenOf(scene, 'act') };
  await traffic(scene, act);
  await invokerCheck(scene, act);
  await missing(scene, act);
}

/** One policy for everything, so that it takes effect at once. One of the two conditions holds, whatever a condition sees. */
async function grant(scene: Scene): Promise<void> {
  const { names } = scene.stage;
  const path = `v2/${encodeName(names.service)}`;
  const member = (role: Parameters<typeof names.account>[0]) => `serviceAccount:${names.account(role)}`;
  const sees = `resource.name.endsWith("/services/${names.functionId}")`;
  const invoker = 'roles/run.invoker';
  const read: Ask = {
    api: 'run',
    method: 'GET',
    path: `${path}:getIamPolicy`,
    query: { 'options.requestedPolicyVersion': '3' },
  };
  const { etag } = needed(read, await scene.look(read));
  const bindings = [
    { role: invoker, members: [member('call')] },
    { role: 'roles/run.developer', members: [member('act')] },
    { role: invoker, members: [member('run')], condition: { title: 'sees the service', expression: sees } },
    {
      role: invoker,
      members: [member('cond')],
      condition: { title: 'sees nothing', expression: `!${sees}` },
    },
  ];
  const write: Ask = {
    api: 'run',
    method: 'POST',
    path: `${path}:setIamPolicy`,
    body: { policy: { version: 3, etag, bindings } },
  };
  // A new account can be unknown to policies for some seconds (400).
  needed(write, await patiently(scene, write, ['bindings'], [400]));
}

async function conditions(scene: Scene, url: string): Promise<void> {
  scene.fresh();
  const sees = await tokenOf(scene, 'run', url);
  const blind = await tokenOf(scene, 'cond', url);
  const found = await scene.until(async () => {
    const first = await scene.stage.cloud.call(url, { token: sees, timeoutMs: 60_000 }, scene.signal);
    const second = await scene.stage.cloud.call(url, { token: blind, timeoutMs: 60_000 }, scene.signal);
    return first.status === 200 || second.status === 200
      ? { first: first.status, second: second.status }
      : undefined;
  });
  scene.note({ as: 'run', call: `GET ${url}`, status: found.first });
  scene.note({ as: 'cond', call: `GET ${url}`, status: found.second });
  scene.settle('conditionsSeeRunServices', found.second === 200 && found.first !== 200, {
    'under a condition on the name': found.first,
    'under its opposite': found.second,
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
  const found = await scene.until(async () => {
    const { status, body } = await scene.look(call);
    const message = textOf(valueAt(body, 'error.message'));
    return status === 403 && !/actAs/.test(message ?? '') ? undefined : { status, message };
  });
  scene.note({
    as: act.name,
    call: `PATCH run ${call.path}?updateMask=traffic&validateOnly=true`,
    ...found,
    answer: found.message,
  });
  if (found.status === 200 || found.status === 403)
    scene.settle('trafficPatchNeedsActAs', found.status === 200, found);
  else scene.leave('trafficPatchNeedsActAs', 'It was refused for another reason.', found);
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
