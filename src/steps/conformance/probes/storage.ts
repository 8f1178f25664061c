import { listOf, objectOf, textMapOf, textOf } from '../../../domain/data/json.ts';
import { needed } from '../google.ts';
import type { Answer, Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

const object = 'canary';
const note = { drill: 'probe' };

/** Deletes and restores an object in a throw-away bucket with soft delete. */
export async function storage(scene: Scene): Promise<void> {
  const { names, labels, region } = scene.stage;
  const bucket = names.bucket;
  const path = `storage/v1/b/${bucket}/o/${object}`;
  scene.plan('bucket', bucket);
  const make: Ask = {
    api: 'storage',
    method: 'POST',
    path: 'storage/v1/b',
    query: { project: scene.stage.project },
    body: {
      name: bucket,
      location: region,
      labels: { ...labels },
      iamConfiguration: { publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
      softDeletePolicy: { retentionDurationSeconds: String(7 * 86_400) },
    },
  };
  needed(make, await scene.ask(make));
  const put = (content: string): Ask => ({
    api: 'storage',
    method: 'POST',
    path: `upload/storage/v1/b/${bucket}/o`,
    query: { uploadType: 'media', name: object },
    body: { content },
  });
  const done = async (call: Ask): Promise<Answer> => {
    const answer = await scene.ask(call, ['generation', 'metageneration', 'md5Hash', 'metadata']);
    needed(call, answer);
    return answer;
  };
  const remove: Ask = { api: 'storage', method: 'DELETE', path };
  const first = await done(put('first'));
  const generation = textOf(first.body.generation) ?? '';
  await done({ api: 'storage', method: 'PATCH', path, body: { metadata: note } });
  await done(remove);

  const list: Ask = {
    api: 'storage',
    method: 'GET',
    path: `storage/v1/b/${bucket}/o`,
    query: { softDeleted: 'true', prefix: object },
  };
  const { status, body } = await scene.ask(list, ['items']);
  const listed = listOf(body.items).map((item) => textOf(objectOf(item).generation) ?? '');
  scene.settle('deletedIsListedAtOnce', listed.includes(generation), { status, deleted: generation, listed });

  scene.fresh();
  const second = textOf((await done(put('second'))).body.generation) ?? '';
  const restore: Ask = {
    api: 'storage',
    method: 'POST',
    path: `${path}/restore`,
    query: { generation, ifGenerationMatch: '0' },
  };
  const refused = await scene.ask(restore, ['generation']);
  const now = textOf((await done({ api: 'storage', method: 'GET', path })).body.generation);
  scene.settle('restoreTakesGenerationMatch', refused.status === 412 && now === second, {
    status: refused.status,
    'live before': second,
    'live after': now,
  });

  scene.fresh();
  await done(remove);
  const back = await scene.ask(restore, ['generation', 'metageneration', 'md5Hash', 'metadata']);
  if (back.status !== 200)
    return scene.leave('restoreStartsAnew', `The restore was refused (${back.status}).`, {
      status: back.status,
    });
  const seen = {
    generation: textOf(back.body.generation),
    metageneration: textOf(back.body.metageneration),
    md5: textOf(back.body.md5Hash),
    metadata: textMapOf(back.body.metadata),
  };
  const holds =
    seen.generation !== generation &&
    seen.metageneration === '1' &&
    seen.md5 === textOf(first.body.md5Hash) &&
    seen.metadata.drill === note.drill;
  scene.settle('restoreStartsAnew', holds, { ...seen, 'md5 before': textOf(first.body.md5Hash) });
}
