import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import type { Examined } from '../../domain/doctor/check.ts';
import {
  judgeRehearsal,
  type RehearsedElsewhere,
  type RehearsedRepository,
  type RehearsedRevision,
  wayBack,
} from '../../domain/doctor/rehearsal.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { type ImageReference, parseImage, repositoryOf } from '../../domain/image/reference.ts';
import { recordOn } from '../../domain/traffic/parse-record.ts';
import { servingNow } from '../../domain/traffic/serving.ts';
import type { RunRevision, RunService } from '../ports/services.ts';
import type { DoctorPorts, DoctorRequest } from './ports.ts';

/** Looks for what a rollback would need, before anybody needs it: a ready revision, its image, and time. */
export async function rehearse(
  { services, sources, images }: Pick<DoctorPorts, 'services' | 'sources' | 'images'>,
  service: RunService,
  { signal, now }: Pick<DoctorRequest, 'signal' | 'now'>,
): Promise<Examined> {
  const revisions = (await services.revisions(service.name, signal)).map(asRehearsed);
  const serving = servingNow(service).map(({ revision }) => revision);
  const record = recordOn(service);
  const target = wayBack(revisions, serving, [record?.before_revision, record?.stable]);
  return judgeRehearsal(target, await imageFor({ sources, images }, target, signal), serving, now);
}

const asRehearsed = ({ name, ready, createTime, raw }: RunRevision): RehearsedRevision => ({
  name,
  ready,
  created: createTime,
  image: textOf(objectOf(listOf(raw.containers)[0]).image),
});

async function imageFor(
  { sources, images: registries }: Pick<DoctorPorts, 'sources' | 'images'>,
  target: RehearsedRevision | undefined,
  signal: AbortSignal,
): Promise<RehearsedRepository | RehearsedElsewhere | undefined> {
  const { image } = target ?? {};
  const reference = image === undefined ? undefined : referenceOf(image);
  if (image === undefined || reference === undefined) return undefined;
  const place = repositoryOf(reference);
  if (place === undefined) return elsewhere(registries, image, reference, signal);
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

async function elsewhere(
  registries: DoctorPorts['images'],
  image: string,
  { host }: ImageReference,
  signal: AbortSignal,
): Promise<RehearsedElsewhere> {
  try {
    return { host, answer: await registries.resolve(image, signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { host, unread: messageOf(error) };
  }
}

function referenceOf(image: string): ImageReference | undefined {
  try {
    return parseImage(image);
  } catch {
    return undefined;
  }
}
