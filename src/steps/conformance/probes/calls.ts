import { listOf, objectOf, textOf } from '../../../domain/data/json.ts';
import { classifyProbe } from '../../../domain/invocation/front-end.ts';
import type { ProbeAnswer } from '../../ports/prober.ts';
import { changed, tokenOf } from '../google.ts';
import type { Scene } from '../scene.ts';
import { marked } from './mark.ts';

/** Calls the private function in every way that has an entry in the log. */
export async function calls(scene: Scene): Promise<void> {
  const { memory, pace } = scene.stage;
  const url = memory.url ?? '';
  const token = await tokenOf(scene, 'call', url);
  scene.fresh();
  const none = await marked(scene, url, 'none', {});
  const bad = await marked(scene, url, 'bad', { token: 'a.bad.token', as: 'a bad token' });
  const own = await marked(scene, url, 'own', { token, as: 'call' });
  const other = memory.functionUrl
    ? [await marked(scene, memory.functionUrl, 'none-at-the-functions-url', {})]
    : [];
  memory.marks.push(none, bad, own);
  const closed = memory.closed ? [memory.closed] : [];
  pages(
    scene,
    [none, bad, ...other, ...closed].map(({ answer }) => answer),
  );
  headers(
    scene,
    [none, bad, own, ...other].map(({ answer }) => answer),
  );
  await tag(scene, token, url);
  const slow = { path: '/slow', token, as: 'call' };
  // A call that spends more time on its way than in the function cannot tell a start from an end.
  for (let tries = 1; tries <= 3; tries++) {
    const mark = await marked(scene, url, `slow-${tries}`, slow);
    memory.marks.push(mark);
    if (mark.doneAt - mark.sentAt < 2 * pace.slowMs) break;
  }
  memory.marks.push(await marked(scene, url, 'hang', { ...slow, timeoutMs: Math.ceil(pace.slowMs / 3) }));
  // The instance works on after the caller has gone.
  await scene.pause(pace.slowMs);
  const crowd = Array.from({ length: 20 }, () => marked(scene, url, 'crowd', slow));
  memory.marks.push(...(await Promise.all(crowd)));
}

function pages(scene: Scene, refusals: readonly ProbeAnswer[]): void {
  const classes = refusals.map((answer) => `${answer.status}: ${classifyProbe(answer).class}`);
  const known = classes.every((text) => /: (refused|not-routed)$/.test(text));
  scene.settle('frontEndPages', known, { refusals: classes });
}

function headers(scene: Scene, answers: readonly ProbeAnswer[]): void {
  const of = (name: string) =>
    answers.map(({ status, headers: found }) => `${status}: ${found[name] ?? 'none'}`);
  const holds = answers.every(
    ({ headers: found }) =>
      /^google frontend$/i.test(found.server ?? '') && found['x-cloud-trace-context'] !== undefined,
  );
  const traced = answers.filter(({ headers: found }) => found['x-cloud-trace-context'] !== undefined);
  scene.settle('frontEndNamesItself', holds, {
    server: of('server'),
    'with x-cloud-trace-context': traced.length,
    answers: answers.length,
  });
}

/** Gives the second revision a tag, and calls its URL with a token for that very URL. */
async function tag(scene: Scene, token: string, url: string): Promise<void> {
  scene.fresh();
  const { names, memory, pace } = scene.stage;
  const [type, latest] = ['TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', memory.second ?? memory.first ?? ''];
  const service = await changed(scene, names.service, {
    traffic: [
      { type, revision: memory.first ?? '', percent: 100 },
      { type, revision: latest, tag: 'probe' },
    ],
  });
  const tagged = listOf(service.trafficStatuses)
    .map(objectOf)
    .find((target) => target.tag === 'probe');
  const address = textOf(tagged?.uri);
  if (address === undefined) return scene.leave('tagHostIsAudience', 'The tag got no URL.');
  const plain = await scene.until(async () => {
    const answer = await scene.call(address, { token, as: 'call' });
    return answer.status === 200 ? answer : undefined;
  });
  const own = await tokenOf(scene, 'call', address);
  // A new host may not be known everywhere at once, so a refusal counts only if it stays.
  let last = 0;
  const taken = await scene.within(pace.graceMs, async () => {
    last = (await scene.call(address, { token: own, as: 'call' })).status;
    return last === 200 ? last : undefined;
  });
  scene.settle('tagHostIsAudience', taken === 200, {
    "with the service's URL as audience": plain.status,
    "with the tag's URL as audience": taken ?? last,
    audiences: [url, address],
  });
}
