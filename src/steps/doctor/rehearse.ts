import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import type { Examined } from '../../domain/doctor/check.ts';
import {
  judgeRehearsal,
  type RehearsedRepository,
  type RehearsedRevision,
  wayBack,
} from '../../domain/doctor/rehearsal.ts';
import { parseImage, repositoryOf } from '../../domain/image/reference.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { servingNow } from '../../domain/traffic/serving.ts';
import type { RunRevision, RunService } from '../ports/services.ts';
import type { DoctorPorts, DoctorRequest } from './ports.ts';

/** Looks for what a rollback would need, before anybody needs it: a ready revision, its image, and time. */
export async function rehearse(
  { services, sources }: Pick<DoctorPorts, 'services' | 'sources'>,
  service: RunService,
  { signal, now }: Pick<DoctorRequest, 'signal' | 'now'>,
): Promise<Examined> {
  const revisions = (await services.revisions(service.name, signal)).map(asRehearsed);
  const serving = servingNow(service).map(({ revision }) => revision);
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  const target = wayBack(revisions, serving, [record?.before_revision, record?.stable]);
  return judgeRehearsal(target, await repositoryFor(sources, target, signal), serving, now);
}

const asRehearsed = ({ name, ready, createTime, raw }: RunRevision): RehearsedRevision => ({
  name,
  ready,
  created: createTime,
  image: textOf(objectOf(listOf(raw.containers)[0]).image),
});

async function repositoryFor(
  sources: DoctorPorts['sources'],
  target: RehearsedRevision | undefined,
  signal: AbortSignal,
): Promise<RehearsedRepository | undefined> {
  const place = target?.image === undefined ? undefined : placeOf(target.image);
  if (place === undefined) return undefined;
  const path = `projects/${place.project}/locations/${place.location}/repositories/${place.repository}`;
  const [images, policies] = await Promise.all([
    sources.images(path, signal),
    sources.policies(path, signal),
  ]);
  return {
    ...place,
    images: images.ok ? images.value : undefined,
    policies: policies.ok ? policies.value.policies : undefined,
    dryRun: policies.ok ? policies.value.dryRun : undefined,
    unread: images.ok ? undefined : images.detail,
  };
}

function placeOf(image: string): ReturnType<typeof repositoryOf> {
  try {
    return repositoryOf(parseImage(image));
  } catch {
    return undefined;
  }
}
